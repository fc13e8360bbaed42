import { setTimeout as pause } from 'node:timers/promises';
import type { DueClaim } from '../database/due-rows.ts';
import { lowestUuid } from '../database/lowest-uuid.ts';
import type { Log } from '../observability/log.ts';
import { eachKey } from './each-key.ts';
import type { Worker } from './worker.ts';
import { createWakeableSleep } from './wakeable-sleep.ts';

export type DueQueueOptions = {
  /** For the log. */
  name: string;
  /**
   * Claims due rows (`FOR UPDATE SKIP LOCKED`, against `now()`) and processes them in the same transaction.
   * @returns how many it claimed
   */
  fire: (claim: DueClaim) => Promise<number>;
  /**
   * Reads the next workspaces with rows, due or not, after one. After each full batch some of them have a turn, so that a backlog of
   * one delays no other, and after failures each one. Absent: `fire` takes turns itself.
   */
  workspacesAfter?: (turn: { after: string; limit: number }) => Promise<string[]>;
  /** A workspace has one row at most, so a full batch is no backlog of one. */
  isOneEach?: boolean;
  /** Milliseconds until the earliest row is due by the database's clock, negative if it is overdue; null if there is none. */
  untilNext: () => Promise<number | null>;
  log: Log;
  /** How many rows one transaction claims (default 500). */
  batch?: number;
  /** How long it waits after its start, in milliseconds: events on their way may still cancel what is due. */
  restMs?: number;
};

/** How many workspaces have a turn after a full batch, and how many rows of each. */
const workspacesInTurn = 500;
const rowsInTurn = 2;
/** How soon it sees rows that other processes add. */
const longestSleepMs = 1_000;
/** Rows that are due and can't be claimed are in another replica's transaction, which ends soon. */
const claimedElsewherePauseMs = 20;
const failurePauseMs = 200;
/** After as many failures in a row, it isn't the database that fails, but a row. */
const failuresBeforeApart = 3;

/**
 * Processes rows when they come due. The rows are the queue: nothing is loaded or leased, so a dead worker's rows are
 * free as soon as its transaction has ended, and any number of replicas share the work.
 *
 *   firing the longest due ▸ if there are more, some of each workspace in turn ──▶ firing …
 *   firing ──nothing is due──▶ sleeping until the earliest, a second at most ──▶ firing
 *      ▲                           │
 *      └──────── wake() ───────────┘
 *   firing ──failed three times in a row──▶ each workspace by itself: a row that can't be processed holds up its own workspace only
 */
export class DueQueue implements Worker {
  readonly #options: DueQueueOptions;
  readonly #batch: number;
  readonly #stopping = new AbortController();
  readonly #naps = createWakeableSleep();
  #isBehind = false;
  #lastWorkspace = lowestUuid;
  #running: Promise<void> = Promise.resolve();

  constructor(options: DueQueueOptions) {
    this.#options = options;
    this.#batch = options.batch ?? 500;
  }

  /** Whether more rows were due at the last look than one transaction claims. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Ends after the transaction under way. What is due stays due. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.wake();
    await this.#running;
  }

  /** To call after a commit that may have added an earlier row. */
  wake(): void {
    this.#naps.wake();
  }

  async #run(): Promise<void> {
    let failures = 0;
    await pause(this.#options.restMs ?? 0, undefined, { signal: this.#stopping.signal }).catch(
      () => undefined,
    );
    while (!this.#stopping.signal.aborted) {
      this.#naps.look();
      try {
        const fired = await this.#options.fire({ limit: this.#batch });
        failures = 0;
        this.#isBehind = fired === this.#batch;
        if (this.#isBehind) {
          await this.#fireInTurn();
          continue;
        }
        await this.#naps.sleep(sleepMs(await this.#options.untilNext(), fired));
      } catch (error) {
        this.#options.log.warn({ err: error, queue: this.#options.name }, 'due rows wait for the database');
        failures += 1;
        if (failures >= failuresBeforeApart) await this.#fireApart();
        await this.#naps.sleep(failurePauseMs);
      }
    }
  }

  async #fireApart(): Promise<void> {
    const { fire, workspacesAfter, log, name } = this.#options;
    if (!workspacesAfter) return;
    await eachKey({
      keysAfter: workspacesAfter,
      work: async (workspaceId) => void (await fire({ limit: this.#batch, workspaces: [workspaceId] })),
      whenOneFails: `${name} of a workspace can not be processed`,
      log,
      stopping: this.#stopping.signal,
    }).catch((error: unknown) => log.warn({ err: error, queue: name }, 'due rows wait for the database'));
  }

  async #fireInTurn(): Promise<void> {
    const { fire, workspacesAfter, isOneEach = false } = this.#options;
    if (!workspacesAfter || isOneEach) return;
    const limit = workspacesInTurn;
    const workspaces = await workspacesAfter({ after: this.#lastWorkspace, limit });
    this.#lastWorkspace = (workspaces.length === limit && workspaces.at(-1)) || lowestUuid;
    if (workspaces.length > 0) await fire({ limit: rowsInTurn, workspaces });
  }
}

function sleepMs(untilNext: number | null, fired: number): number {
  if (untilNext === null) return longestSleepMs;
  if (untilNext <= 0) return fired > 0 ? 0 : claimedElsewherePauseMs;
  return Math.min(Math.ceil(untilNext), longestSleepMs);
}
