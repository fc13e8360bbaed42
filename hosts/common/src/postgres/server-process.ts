import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Log } from '@rondo/shared/observability/log';
import { commandOf, type Launcher } from './launcher.ts';
import type { PostgresSettings } from './settings.ts';

export type ServerOptions = {
  launcher: Launcher;
  postgres: string;
  directory: string;
  port: number;
  settings: PostgresSettings;
  log: PostgresLog;
};

export type PostgresLog = Pick<Log, 'debug' | 'info' | 'warn' | 'error'>;

/** What the server said when it would not start, for the caller to judge. */
export class ServerRefused extends Error {
  override readonly name = 'ServerRefused';
  readonly isPortInUse: boolean;
  /** Processes of the server before it have not all ended yet. */
  readonly isStillEnding: boolean;

  readonly output: string;

  constructor(output: string) {
    super(/(?:FATAL|PANIC): +(.*)$/m.exec(output)?.[1] ?? output.split('\n')[0]);
    this.output = output;
    this.isPortInUse = output.includes('Address already in use');
    this.isStillEnding = output.includes('pre-existing shared memory block');
  }
}

/** A running server. `exited` resolves when its process is gone, for whatever reason. */
export type ServerProcess = { exited: Promise<void>; stop(): Promise<void> };

const timeoutMs = 10_000;

/**
 * Starts the server and waits until it accepts connections, however long its recovery takes.
 * @throws ServerRefused when it ends before that
 */
export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const { launcher, postgres, directory, port, settings } = options;
  const values = Object.entries({ ...settings, port }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(...commandOf(launcher, postgres, ['-D', directory, ...values]), {
    ...launcher.user,
    cwd: directory,
    stdio: ['ignore', 'ignore', 'pipe'],
    // A session of its own: Ctrl-C in the terminal must reach the host alone, which stops the services first.
    detached: true,
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  await isReady(child, options);
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
    // The lines end when every process of the server has: by then all is read that it had to say.
    lines.once('close', () => reject(new ServerRefused(output.join('\n'))));
    child.once('error', reject);
  });
}

/** The server's own lines. Errors of statements are debug: whoever sent the statement is told of them. */
function logLine(log: PostgresLog, line: string): void {
  const [, severity, message = line] = /([A-Z]+): +(.*)$/.exec(line) ?? [];
  if (severity === 'PANIC' || severity === 'FATAL') log.error({ component: 'postgres' }, message);
  else if (severity === 'WARNING') log.warn({ component: 'postgres' }, message);
  else log.debug({ component: 'postgres' }, message);
}

/** Fast shutdown: sessions end, what is open is rolled back. Without a checkpoint after 10 s, and by force after 20. */
async function stopServer(child: ChildProcess, exited: Promise<void>): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    const timer = AbortSignal.timeout(timeoutMs);
    await Promise.race([exited, once(timer, 'abort')]);
  }
}
