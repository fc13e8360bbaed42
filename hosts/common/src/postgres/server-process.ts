import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Log } from '@rondo/shared/observability/log';
import { commandOf, type Launcher } from './launcher.ts';
import type { ServerLock } from './server-lock.ts';
import type { PostgresSettings } from './settings.ts';

export type ServerOptions = {
  launcher: Launcher;
  postgres: string;
  directory: string;
  port: number;
  settings: PostgresSettings;
  lock: Pick<ServerLock, 'file'>;
  log: PostgresLog;
  /** Ends a start that is under way. */
  signal?: AbortSignal | undefined;
};

export type PostgresLog = Pick<Log, 'debug' | 'info' | 'warn' | 'error'>;

/** The server exited before it was ready. The message is its FATAL line, or its first line of output. */
export class ServerRefused extends Error {
  override readonly name = 'ServerRefused';
  readonly isPortInUse: boolean;
  /** Some processes of the previous server are still running. */
  readonly isStillEnding: boolean;

  readonly output: string;

  constructor(output: string) {
    super(/(?:FATAL|PANIC): +(.*)$/m.exec(output)?.[1] ?? output.split('\n')[0]);
    this.output = output;
    this.isPortInUse = output.includes('Address already in use');
    this.isStillEnding = output.includes('pre-existing shared memory block');
  }
}

/** A running server. `exited` resolves with the exit code or signal when its process has ended for any reason. */
export type ServerProcess = { exited: Promise<string>; stop(): Promise<void> };

const timeoutMs = 10_000;

/**
 * Starts the server and waits, without a timeout, until it has recovered and accepts connections.
 * @throws ServerRefused if it exits before that
 */
export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const { launcher, postgres, directory, port, settings, lock } = options;
  const values = Object.entries({ ...settings, port }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(...commandOf(launcher, postgres, ['-D', directory, ...values]), {
    ...launcher.user,
    cwd: directory,
    // It inherits the lock, and keeps it for as long as any of its processes runs.
    stdio: ['ignore', 'ignore', 'pipe', lock.file.fd],
    // In its own session, so that Ctrl-C in the terminal reaches only the host, which stops the services first.
    detached: true,
  });
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    child.once('error', (error) => resolve(error.message));
  });
  const end = () => void child.kill('SIGINT');
  options.signal?.addEventListener('abort', end, { once: true });
  await isReady(child, options).finally(() => options.signal?.removeEventListener('abort', end));
  return { exited, stop: () => stopServer(child, exited) };
}

async function isReady(child: ChildProcess, { log }: ServerOptions): Promise<void> {
  const { stderr } = child;
  if (!stderr) throw new Error('the server was started without a pipe');
  await new Promise<void>((resolve, reject) => {
    const output: string[] = [];
    const lines = createInterface({ input: stderr });
    let hasStarted = false;
    lines.on('line', (line) => {
      if (!hasStarted) output.push(line);
      if (line.endsWith('database system is ready to accept connections')) {
        hasStarted = true;
        resolve();
      }
      logLine(log, line);
    });
    // The stream closes when all processes of the server have ended: by then its whole output has been read.
    lines.once('close', () => reject(new ServerRefused(output.join('\n'))));
    child.once('error', reject);
  });
}

/**
 * Logs the server's lines. Statement errors are left out, with the lines that continue them: they can contain what people
 * wrote, and the client that sent the statement receives them.
 */
function logLine(log: PostgresLog, line: string): void {
  const [, severity, message = line] = /^([A-Z]+): +(.*)$/.exec(line) ?? [];
  if (severity === 'ERROR' || line.startsWith('\t')) return;
  if (severity === 'PANIC' || severity === 'FATAL') log.error({ component: 'postgres' }, message);
  else if (severity === 'WARNING') log.warn({ component: 'postgres' }, message);
  else log.debug({ component: 'postgres' }, message);
}

/** Stops the server: a fast shutdown, which rolls back open transactions; an immediate one after 10 s; SIGKILL after 20 s. */
async function stopServer(child: ChildProcess, exited: Promise<string>): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    const timer = AbortSignal.timeout(timeoutMs);
    await Promise.race([exited, once(timer, 'abort')]);
  }
}
