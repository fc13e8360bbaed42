import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { StartError } from '@rondo/host-common/start-error';
import { forgetProcess, noteProcess } from './left-behind.ts';

export type Program = {
  name: string;
  command: string;
  args: string[];
  /** All of its environment; absent: that of this process. */
  env?: Record<string, string>;
  log_file: string;
  /** Asked again and again until it says yes. */
  isReady: () => Promise<boolean>;
  /** How long it may take to be ready, restarts included, in ms. */
  patience_ms: number;
  /** How long it may take to end after SIGTERM before it is killed, in ms. */
  grace_ms: number;
};

const askEveryMs = 25;
const shortestRestartPauseMs = 100;
const longestRestartPauseMs = 2_000;
/** Whoever has lived so long has started well: its next restart is a quick one again. */
const settledMs = 10_000;

/**
 * A program that is kept running: it is started again whenever it ends without having been stopped, after a pause that
 * doubles while it keeps ending at once.
 *
 *   stopped ──start──▶ running ──ends by itself, or killed──▶ pausing ──▶ running
 *      ▲────────────────stop──────┴────────────────────────────┘
 */
export class SupervisedProcess implements AsyncDisposable {
  readonly #program: Program;
  #child: ChildProcess | undefined;
  #isNoted = false;
  #keeping: Promise<void> = Promise.resolve();
  #stopping = new AbortController();

  constructor(program: Program) {
    this.#program = program;
    this.#stopping.abort();
  }

  get name(): string {
    return this.#program.name;
  }

  /** Undefined while it does not run, or is not noted yet for those who would have to end it after a crash. */
  get pid(): number | undefined {
    return this.#isNoted ? this.#child?.pid : undefined;
  }

  /** Starts it and resolves when it is ready. @throws StartError with what it said last */
  async start(): Promise<void> {
    if (!this.#stopping.signal.aborted) throw new Error(`${this.name} is started already`);
    this.#stopping = new AbortController();
    this.#keeping = this.#keep(this.#stopping.signal);
    await this.ready();
  }

  /** Resolves when it is ready, now or after the restart under way. @throws StartError with what it said last */
  async ready(): Promise<void> {
    const { patience_ms: patienceMs, log_file: logFile } = this.#program;
    const deadline = performance.now() + patienceMs;
    while (!(this.pid !== undefined && (await this.#program.isReady()))) {
      if (performance.now() > deadline) {
        const said = await lastLines(logFile);
        await this.stop();
        throw new StartError(
          `${this.name} was not ready within ${patienceMs / 1000} s; all of it is in ${logFile}:\n${said}`,
        );
      }
      await pause(askEveryMs);
    }
  }

  /** Sends a signal and resolves when the process is gone. It is then started again, unless it is being stopped. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  /** Ends it for good: SIGTERM, and SIGKILL when its grace is over. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const child = this.#child;
    if (child !== undefined) {
      const timer = setTimeout(() => child.kill('SIGKILL'), this.#program.grace_ms);
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
    let pauseMs = shortestRestartPauseMs;
    while (!stopped.aborted) {
      const began = performance.now();
      await this.#runOnce(stopped);
      pauseMs =
        performance.now() - began > settledMs
          ? shortestRestartPauseMs
          : Math.min(pauseMs * 2, longestRestartPauseMs);
      if (!stopped.aborted) await pause(pauseMs, undefined, { signal: stopped }).catch(() => undefined);
    }
  }

  async #runOnce(stopped: AbortSignal): Promise<void> {
    const { command, args, env, log_file: logFile } = this.#program;
    await mkdir(dirname(logFile), { recursive: true });
    const log = createWriteStream(logFile, { flags: 'a' });
    await once(log, 'open');
    // It may have been stopped meanwhile; from here to the process nothing waits.
    if (stopped.aborted) return void log.end();
    // A session of its own: Ctrl-C in the terminal must reach the engine alone, which stops things in their order.
    const child = spawn(command, args, {
      ...(env === undefined ? {} : { env }),
      stdio: ['ignore', log, log],
      detached: true,
    });
    this.#child = child;
    const ended = new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', (error) => {
        log.write(`${error.message}\n`);
        resolve();
      });
    });
    if (child.pid !== undefined) await noteProcess(logFile, child.pid);
    this.#isNoted = true;
    await ended;
    this.#isNoted = false;
    this.#child = undefined;
    await forgetProcess(logFile);
    log.end();
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
