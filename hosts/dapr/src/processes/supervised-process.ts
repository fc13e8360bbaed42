import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { StartError } from '@rondo/host-common/start-error';
import { forgetProcess, recordProcess } from './left-behind.ts';

export type Program = {
  name: string;
  command: string;
  args: string[];
  /** The whole environment. The default is that of this process. */
  env?: Record<string, string>;
  logFile: string;
  /** Called repeatedly until it resolves to true. */
  isReady: () => Promise<boolean>;
  /** The timeout until it is ready, including restarts. */
  readyTimeoutMs: number;
  /** The timeout between SIGTERM and SIGKILL. */
  stopTimeoutMs: number;
  /** Called before each restart. */
  onRestart?: ((restart: Restart) => void) | undefined;
};

/** `reason` is an exit code or a signal. `inARow` counts restarts since the last run that took ten seconds. */
export type Restart = { name: string; reason: string; inARow: number; logFile: string };

const askEveryMs = 25;
const shortestRestartPauseMs = 100;
const longestRestartPauseMs = 2_000;
/** A run of this length resets the pause before the next restart. */
const goodRunMs = 10_000;

/**
 * Keeps a program running. If the program exits without a stop, it is restarted after a pause, which doubles while the
 * program keeps exiting early.
 *
 *   stopped ──start──▶ running ──exits, or is killed────────▶ pausing ──▶ running
 *      ▲────────────────stop──────┴────────────────────────────┘
 */
export class SupervisedProcess implements AsyncDisposable {
  readonly #program: Program;
  #child: ChildProcess | undefined;
  #isRecorded = false;
  #keeping: Promise<void> = Promise.resolve();
  #stopping = new AbortController();

  constructor(program: Program) {
    this.#program = program;
    this.#stopping.abort();
  }

  get name(): string {
    return this.#program.name;
  }

  /** Undefined while it is not running, or not yet recorded for the cleanup after a crash of this process. */
  get pid(): number | undefined {
    return this.#isRecorded ? this.#child?.pid : undefined;
  }

  /** Starts it and resolves when it is ready. @throws StartError with its last lines */
  async start(): Promise<void> {
    if (!this.#stopping.signal.aborted) throw new Error(`${this.name} is already started`);
    this.#stopping = new AbortController();
    this.#keeping = this.#keep(this.#stopping.signal);
    await this.ready();
  }

  /** Resolves when it is ready, if necessary after the current restart. @throws StartError with its last lines */
  async ready(): Promise<void> {
    const { readyTimeoutMs, logFile } = this.#program;
    const deadline = performance.now() + readyTimeoutMs;
    while (!(this.pid !== undefined && (await this.#program.isReady()))) {
      if (performance.now() > deadline) {
        const last = await lastLines(logFile);
        await this.stop();
        throw new StartError(
          `${this.name} was not ready within ${readyTimeoutMs / 1000} s. Its last lines, from ${logFile}:\n${last}`,
        );
      }
      await pause(askEveryMs);
    }
  }

  /** Sends a signal and resolves when the process has exited. It is then restarted, unless it is being stopped. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  /** Stops it permanently: SIGTERM, and SIGKILL after `stopTimeoutMs`. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const child = this.#child;
    if (child !== undefined) {
      const timer = setTimeout(() => child.kill('SIGKILL'), this.#program.stopTimeoutMs);
      child.kill('SIGTERM');
      await this.#keeping;
      clearTimeout(timer);
    }
    await this.#keeping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #keep(stopped: AbortSignal): Promise<void> {
    const { name, logFile, onRestart } = this.#program;
    let inARow = 0;
    while (!stopped.aborted) {
      const began = performance.now();
      const reason = await this.#runOnce(stopped);
      if (stopped.aborted) return;
      inARow = performance.now() - began > goodRunMs ? 1 : inARow + 1;
      onRestart?.({ name, reason, inARow, logFile });
      const pauseMs = Math.min(shortestRestartPauseMs * 2 ** (inARow - 1), longestRestartPauseMs);
      await pause(pauseMs, undefined, { signal: stopped }).catch(() => undefined);
    }
  }

  /** @returns why it exited: its exit code, a signal, or the error that prevented the start */
  async #runOnce(stopped: AbortSignal): Promise<string> {
    const { command, args, env, logFile } = this.#program;
    await mkdir(dirname(logFile), { recursive: true });
    const log = createWriteStream(logFile, { flags: 'a' });
    await once(log, 'open');
    // `stop` may have been called in the meantime. Nothing is awaited between this check and the spawn.
    if (stopped.aborted) {
      log.end();
      return 'stopped';
    }
    // In its own session, so that Ctrl-C in the terminal reaches only the host, which stops the programs in order.
    const child = spawn(command, args, {
      ...(env === undefined ? {} : { env }),
      stdio: ['ignore', log, log],
      detached: true,
    });
    this.#child = child;
    const ended = new Promise<string>((resolve) => {
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
      child.once('error', (error) => {
        log.write(`${error.message}\n`);
        resolve(error.message);
      });
    });
    if (child.pid !== undefined) await recordProcess(logFile, child.pid);
    this.#isRecorded = true;
    const reason = await ended;
    this.#isRecorded = false;
    this.#child = undefined;
    await forgetProcess(logFile);
    log.end();
    return reason;
  }
}

async function lastLines(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .trim()
    .split('\n')
    .slice(-5)
    .map((line) => `  ${line.slice(0, 500)}`)
    .join('\n');
}
