import type { Kysely, Transaction } from 'kysely';
import { isDatabaseAway } from '@rondo/shared/database/database';
import { persist, type PendingChange } from './persist.ts';
import type { Tables } from './tables.ts';

type Waiting = {
  change: PendingChange;
  resolve: (seq: number | undefined) => void;
  reject: (error: unknown) => void;
};

const maxBatch = 200;
/** A batch holds what arrived during the previous one: 32 busy connections make batches of about 16. */
const pressedBatch = 12;
/** Weight of the last batch in the moving average of batch sizes. */
const lastBatchWeight = 0.1;

/**
 * Writes the changes of concurrent requests together (group commit): they share one statement, one wait for the disk and
 * one update of each workspace's row.
 *
 *   idle ──submit──▶ writing ──done──▶ idle, or writing again if more was queued meanwhile
 *
 * A batch has at most one change per task and per idempotency key: a second one waits for the next batch. If a batch
 * fails while the database is reachable, its changes are written one by one, so that an invalid one fails only itself.
 */
export class WriteQueue implements AsyncDisposable {
  readonly #database: Kysely<Tables>;
  readonly #onWritten: () => void;
  #queue: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #averageBatch = 0;

  constructor(database: Kysely<Tables>, onWritten: () => void) {
    this.#database = database;
    this.#onWritten = onWritten;
  }

  /** Whether concurrent changes use most of the capacity of the database and this process. */
  get isPressed(): boolean {
    return this.#writing !== undefined && this.#averageBatch >= pressedBatch;
  }

  /**
   * Queues a change.
   * @returns its seq, after the commit; undefined if the task was at another version
   */
  submit(change: PendingChange): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ change, resolve, reject });
      this.#writing ??= this.#writeQueued();
    });
  }

  /** Runs a transaction that writes events, and announces them after the commit. */
  async transaction<Result>(work: (trx: Transaction<Tables>) => Promise<Result>): Promise<Result> {
    const result = await this.#database.transaction().execute(work);
    this.#onWritten();
    return result;
  }

  /** Wakes the relay after events were committed outside this queue. */
  announce(): void {
    this.#onWritten();
  }

  /** Resolves when every submitted change is written or has failed. */
  async [Symbol.asyncDispose](): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  async #writeQueued(): Promise<void> {
    // Requests that arrive in the same turn of the event loop belong in one batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) {
      const batch = this.#takeBatch();
      this.#averageBatch += (batch.length - this.#averageBatch) * lastBatchWeight;
      try {
        const seqs = await persist(
          this.#database,
          batch.map(({ change }) => change),
        );
        for (const [index, { resolve }] of batch.entries()) resolve(seqs[index]);
        this.#onWritten();
      } catch (error) {
        if (batch.length === 1 || isDatabaseAway(error)) for (const { reject } of batch) reject(error);
        else await this.#writeOneByOne(batch);
      }
    }
    // In the same turn as the check of the queue: a caller that resumes now may submit its next change before this promise
    // resolves, and must start a new one.
    this.#writing = undefined;
  }

  async #writeOneByOne(batch: Waiting[]): Promise<void> {
    for (const { change, resolve, reject } of batch) {
      await persist(this.#database, [change]).then(([seq]) => resolve(seq), reject);
    }
    this.#onWritten();
  }

  #takeBatch(): Waiting[] {
    const batch: Waiting[] = [];
    const later: Waiting[] = [];
    const taken = new Set<string>();
    for (const waiting of this.#queue) {
      const { after, answer } = waiting.change;
      const names = [
        `${after.workspace_id} ${after.id}`,
        ...(answer ? [`${answer.person_id} ${answer.route} ${answer.key}`] : []),
      ];
      if (batch.length === maxBatch || names.some((name) => taken.has(name))) {
        later.push(waiting);
        continue;
      }
      for (const name of names) taken.add(name);
      batch.push(waiting);
    }
    this.#queue = later;
    return batch;
  }
}
