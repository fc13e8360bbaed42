import type { Kysely, Transaction } from 'kysely';
import { isDatabaseAway } from '@rondo/shared/database/database';
import { persist, type PendingChange } from './persist.ts';
import type { Tables } from './tables.ts';

type Waiting = {
  change: PendingChange;
  resolve: (seq: number | undefined) => void;
  reject: (error: unknown) => void;
};

const largestBatch = 200;
/** A batch is as large as what came in during the one before: 32 busy connections make batches of about 16. */
const pressingBatch = 12;
/** How much the last batch counts in what is usual. */
const weightOfLast = 0.1;

/**
 * Writes the changes of concurrent requests together (group commit): one commit, one wait for the disk and one head
 * row update serve all of them.
 *
 *   idle ──submit──▶ writing ──done──▶ idle, or writing again with what queued meanwhile
 *
 * A batch has no two changes of one task, nor of one idempotency key: the later one waits for the next batch. When a
 * batch fails and the database is there, its changes are written one by one, so that none fails for its neighbour.
 */
export class WriteQueue implements AsyncDisposable {
  readonly #database: Kysely<Tables>;
  readonly #onWritten: () => void;
  #queue: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #usualBatch = 0;

  constructor(database: Kysely<Tables>, onWritten: () => void) {
    this.#database = database;
    this.#onWritten = onWritten;
  }

  /** Whether so many changes come in at once that the database and this process have little left for anything else. */
  get is_pressed(): boolean {
    return this.#writing !== undefined && this.#usualBatch >= pressingBatch;
  }

  /** @returns the seq of the change after its commit; undefined when the task was at another version */
  submit(change: PendingChange): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ change, resolve, reject });
      this.#writing ??= this.#writeQueued();
    });
  }

  /** Runs a unit of work that writes several changes; whoever waits for events is woken after its commit. */
  async transaction<Result>(work: (trx: Transaction<Tables>) => Promise<Result>): Promise<Result> {
    const result = await this.#database.transaction().execute(work);
    this.#onWritten();
    return result;
  }

  /** Wakes whoever waits for events, after a commit of somebody else's. */
  announce(): void {
    this.#onWritten();
  }

  /** Resolves when everything submitted has been written or refused. */
  async [Symbol.asyncDispose](): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  async #writeQueued(): Promise<void> {
    // Requests that arrive in the same turn of the event loop belong in one batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) {
      const batch = this.#takeBatch();
      this.#usualBatch += (batch.length - this.#usualBatch) * weightOfLast;
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
    // In the same turn as the look at the queue: who is answered now may submit the next change before this promise
    // settles, and has to start the writing again.
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
      if (batch.length === largestBatch || names.some((name) => taken.has(name))) {
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
