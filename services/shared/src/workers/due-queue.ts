import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../observability/log.ts';
import type { Worker } from '../service.ts';
import { createWakeableSleep } from './wakeable-sleep.ts';

export type DueQueueOptions = {
  /** For the log: what comes due here. */
  name: string;
  /**
   * Claims up to `limit` rows that are due (`FOR UPDATE SKIP LOCKED`, against `now()`) and does all that follows from it
   * in the same transaction, or nothing. @returns how many it claimed
   */
  fire: (limit: number) => Promise<number>;
  /** Milliseconds until the earliest row is due by the database's clock, negative once it is; null when none waits. */
  untilNext: () => Promise<number | null>;
  log: Log;
  /** How many rows one transaction claims (default 500). */
  batch?: number;
  /** How long it rests after its start, in milliseconds: what was decided before, and is on its way, may still cancel. */
  rest_ms?: number;
};

/** Rows that other replicas or processes add are seen after so long at the latest. */
const longestSleepMs = 1_000;
/** What is due and can't be claimed is in another replica's transaction: it ends soon, or its rows are free again. */
const claimedElsewherePauseMs = 20;
const failurePauseMs = 200;

/**
 * A queue of rows that come due at a time of their own. The rows are the queue: nothing is loaded, leased or handed over,
 * so a dead worker's rows are free as soon as its transaction has ended, and any number of replicas share the work.
 *
 *   firing ──nothing is due──▶ sleeping until the earliest, a second at most ──▶ firing
 *      ▲                           │
 *      └──────── wake() ───────────┘
 */
export class DueQueue implements Worker {
  readonly #options: DueQueueOptions;
  readonly #batch: number;
  readonly #stopping = new AbortController();
  readonly #naps = createWakeableSleep();
  #isBehind = false;
  #running: Promise<void> = Promise.resolve();

  constructor(options: DueQueueOptions) {
    this.#options = options;
    this.#batch = options.batch ?? 500;
  }

  /** Whether more was due at the last look than one transaction takes. */
  get is_behind(): boolean {
    return this.#isBehind;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Ends after the transaction under way; what is due stays due. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.wake();
    await this.#running;
  }

  /** Called after a commit that may have put something before what the queue sleeps towards. */
  wake(): void {
    this.#naps.wake();
  }

  async #run(): Promise<void> {
    await pause(this.#options.rest_ms ?? 0, undefined, { signal: this.#stopping.signal }).catch(
      () => undefined,
    );
    while (!this.#stopping.signal.aborted) {
      this.#naps.look();
      try {
        const fired = await this.#options.fire(this.#batch);
        this.#isBehind = fired === this.#batch;
        if (this.#isBehind) continue;
        await this.#naps.sleep(sleepMs(await this.#options.untilNext(), fired));
      } catch (error) {
        this.#options.log.warn(
          { err: error, queue: this.#options.name },
          'what is due waits for the database',
        );
        await this.#naps.sleep(failurePauseMs);
      }
    }
  }
}

function sleepMs(untilNext: number | null, fired: number): number {
  if (untilNext === null) return longestSleepMs;
  if (untilNext <= 0) return fired > 0 ? 0 : claimedElsewherePauseMs;
  return Math.min(Math.ceil(untilNext), longestSleepMs);
}
