import { setTimeout as pause } from 'node:timers/promises';
import type { PostgresLog, ServerProcess } from './server-process.ts';

export type KeptServerOptions = {
  /** Starts the server again, on the same port and data. @throws an error that says why it did not start */
  start: (stopped: AbortSignal) => Promise<ServerProcess>;
  log: PostgresLog;
  /** Prints a line in the terminal. */
  say: (line: string) => void;
};

const shortestPauseMs = 1_000;
const longestPauseMs = 30_000;
/** A run of this length resets the pause before the next start. */
const goodRunMs = 60_000;

/**
 * Keeps a server running. If it exits without a stop, it is started again after a pause of 1, 2, 4 … 30 s. A start that fails,
 * for instance because the disk is full, is repeated in the same way.
 *
 *   running ──exits──▶ pausing ──▶ starting ──ready──▶ running
 *      │                  ▲           │
 *      │                  └───fails───┘
 *      └──stop (from every state)──▶ stopped
 */
export class KeptServer implements AsyncDisposable {
  readonly #options: KeptServerOptions;
  readonly #stopping = new AbortController();
  readonly #keeping: Promise<void>;
  #server: ServerProcess;

  constructor(server: ServerProcess, options: KeptServerOptions) {
    this.#server = server;
    this.#options = options;
    this.#keeping = this.#keep();
  }

  /** Stops the server for good. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#server.stop();
    await this.#keeping;
  }

  async #keep(): Promise<void> {
    const { log, say } = this.#options;
    const { signal } = this.#stopping;
    let pauseMs = shortestPauseMs;
    for (;;) {
      const began = performance.now();
      const reason = await this.#server.exited;
      if (signal.aborted) return;
      if (performance.now() - began > goodRunMs) pauseMs = shortestPauseMs;
      log.error({ component: 'postgres', reason }, 'PostgreSQL exited and is started again');
      say(`PostgreSQL exited (${reason}). Restarting it: requests fail until then.`);
      for (let isRunning = false; !isRunning;) {
        await pause(pauseMs, undefined, { signal }).catch(() => undefined);
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
        if (signal.aborted) return;
        isRunning = await this.#tryToStart(signal);
      }
      say('PostgreSQL runs again.');
    }
  }

  async #tryToStart(signal: AbortSignal): Promise<boolean> {
    try {
      this.#server = await this.#options.start(signal);
    } catch (error) {
      this.#options.log.error({ component: 'postgres', err: error }, 'PostgreSQL did not start');
      return false;
    }
    // `stop` may have been called while it started.
    if (signal.aborted) await this.#server.stop();
    return true;
  }
}
