import type { Kysely, Transaction } from 'kysely';
import { isDatabaseAway, isLockTimeout } from '@rondo/shared/database/database';
import { transactionTurnsOf, type TransactionTurns } from '@rondo/shared/database/keyed-transactions';
import { busy } from '@rondo/shared/workers/keyed-queue';
import type { WaitBudget } from '@rondo/shared/workers/wait-budget';
import { takeBatch, type Waiting, type WaitingByWorkspace } from './fair-batch.ts';
import { whyRefused } from './growth.ts';
import { isIdTaken, persist, persistShared, type PendingChange, type Written } from './persist.ts';
import type { Tables } from './tables.ts';

/** How many changes of one workspace wait. */
const maxWaiting = 1_000;
/** A batch holds what arrived during the previous one: 32 busy connections make batches of about 16. */
const calmBatch = 2;
const fullBatch = 12;
/** Weight of the last batch in the moving average of batch sizes. */
const lastBatchWeight = 0.1;

type SharedBatch = { workspaces: ReadonlySet<string>; written: Promise<unknown> };

/**
 * Writes the changes of concurrent requests together (group commit): they share one statement, one wait for the disk and
 * one update of each workspace's row.
 *
 *   idle ──submit──▶ writing ──done──▶ idle, or writing again if more was queued meanwhile
 *
 * A batch takes from each workspace in turn (`takeBatch`). If it fails while the database is reachable, its changes are
 * written one by one, so that an invalid one fails only itself.
 *
 * A transaction holds the row of its workspace until it ends, so a batch with a change of that workspace would wait, and
 * everyone in it. Such changes go aside: they take a turn, like a transaction, and are written without those of others.
 * The transaction may be one of another replica: then the batch ends soon, and all of its workspaces go aside.
 */
export class WriteQueue implements AsyncDisposable {
  readonly #database: Kysely<Tables>;
  readonly #onWritten: () => void;
  readonly #turns: TransactionTurns;
  readonly #queues: WaitingByWorkspace = new Map();
  /** By workspace: the write of its changes aside, which may wait for its turn. */
  readonly #aside = new Map<string, Promise<void>>();
  #shared: SharedBatch | undefined;
  #writing: Promise<void> | undefined;
  #averageBatch = 0;

  constructor(database: Kysely<Tables>, onWritten: () => void) {
    this.#database = database;
    this.#turns = transactionTurnsOf(database);
    this.#onWritten = onWritten;
  }

  /** How much of the capacity of the database and this process concurrent changes use, from 0 to 1. */
  get pressure(): number {
    if (!this.#writing) return 0;
    return Math.min(1, Math.max(0, this.#averageBatch - calmBatch) / (fullBatch - calmBatch));
  }

  /**
   * Queues a change.
   * @returns its seq, after the commit, and the number of a created task; undefined if the task was at another version, or the id
   * of a creation is taken
   * @throws AppError 403 `quota-exceeded`; 429 `busy` if too many changes of the workspace wait
   */
  submit(change: PendingChange): Promise<Written | undefined> {
    return new Promise((resolve, reject) => {
      const { workspace_id: workspaceId } = change.after;
      const queue = this.#queues.get(workspaceId);
      const waiting = { change, resolve, reject };
      if (!queue) this.#queues.set(workspaceId, [waiting]);
      else if (queue.length < maxWaiting) queue.push(waiting);
      else return reject(busy('Too many of your changes are waiting.'));
      this.#writing ??= this.#writeQueued();
    });
  }

  /** Runs what a command reads on the pool of reads before its transaction, in a turn of the workspace. @throws as `transaction` */
  inTurn<Result>(workspaceId: string, work: () => Promise<Result>): Promise<Result> {
    return this.#turns.runBeside(workspaceId, work);
  }

  /**
   * Runs a transaction that writes events of one workspace, and announces them after the commit. One of a workspace runs at a
   * time; the others wait without a connection.
   * @param waits bounds the wait for the turn
   * @throws AppError 429 `busy` if too many of them wait, or for too long; as `waits`
   */
  async transaction<Result>(
    workspaceId: string,
    work: (trx: Transaction<Tables>) => Promise<Result>,
    waits?: WaitBudget,
  ): Promise<Result> {
    const wait = waits?.begin();
    const inTurn = async () => {
      wait?.end();
      // From here on no batch takes changes of the workspace. One that has some already must not wait for this transaction.
      if (this.#shared?.workspaces.has(workspaceId)) await this.#shared.written;
      return this.#database.transaction().execute(work);
    };
    const result = await this.#turns.run(workspaceId, inTurn, wait?.signal).finally(wait?.end);
    this.#onWritten();
    return result;
  }

  /** Resolves when every submitted change is written or has failed. */
  async [Symbol.asyncDispose](): Promise<void> {
    while (this.#writing || this.#aside.size > 0) {
      await this.#writing;
      await Promise.all(this.#aside.values());
    }
  }

  async #writeQueued(): Promise<void> {
    // Requests that arrive in the same turn of the event loop belong in one batch.
    await new Promise((resolve) => setImmediate(resolve));
    for (;;) {
      const batch = takeBatch(this.#queues, (workspaceId) => this.#isHeldBack(workspaceId));
      if (batch.length === 0) break;
      this.#averageBatch += (batch.length - this.#averageBatch) * lastBatchWeight;
      const written = this.#writeShared(batch);
      const workspaces = new Set(batch.map(({ change }) => change.after.workspace_id));
      this.#shared = { workspaces, written };
      const answer = await written;
      this.#shared = undefined;
      answer();
    }
    // In the same turn as the check of the queue: a caller that resumes now may submit its next change before this promise
    // resolves, and must start a new one.
    this.#writing = undefined;
  }

  /** Whether a workspace has a transaction now. Its changes are then written aside. */
  #isHeldBack(workspaceId: string): boolean {
    if (this.#aside.has(workspaceId)) return true;
    if (!this.#turns.isRunning(workspaceId)) return false;
    this.#aside.set(workspaceId, this.#writeAside(workspaceId));
    return true;
  }

  async #writeAside(workspaceId: string): Promise<void> {
    try {
      const answer = await this.#turns.runStatement(() =>
        this.#write(takeBatch(this.#queues, (other) => other !== workspaceId)),
      );
      answer();
    } catch (error) {
      const refused = this.#queues.get(workspaceId) ?? [];
      this.#queues.delete(workspaceId);
      for (const { reject } of refused) reject(error);
    }
    this.#aside.delete(workspaceId);
    if (this.#queues.has(workspaceId)) this.#writing ??= this.#writeQueued();
  }

  /** Writes a batch, or leaves it to be written aside. @returns what answers its callers */
  async #writeShared(batch: Waiting[]): Promise<() => void> {
    try {
      return this.#answering(await this.#writeTogether(batch, persistShared));
    } catch (error) {
      if (!isLockTimeout(error)) return this.#answering(await this.#afterFailure(batch, error));
      this.#leaveAside(batch);
      return () => undefined;
    }
  }

  /** Writes a batch of one workspace. @returns what answers its callers */
  async #write(batch: Waiting[]): Promise<() => void> {
    const answers = this.#writeTogether(batch).catch((error: unknown) => this.#afterFailure(batch, error));
    return this.#answering(await answers);
  }

  #answering(answers: (() => void)[]): () => void {
    return () => {
      for (const answer of answers) answer();
      this.#onWritten();
    };
  }

  async #afterFailure(batch: Waiting[], error: unknown): Promise<(() => void)[]> {
    if (batch.length === 1 || isDatabaseAway(error)) return batch.map((waiting) => failed(waiting, error));
    return this.#writeOneByOne(batch);
  }

  /** Puts changes back to where they waited, before those that came later. */
  #leaveAside(batch: Waiting[]): void {
    const byWorkspace = Map.groupBy(batch, ({ change }) => change.after.workspace_id);
    for (const [workspaceId, own] of byWorkspace) {
      this.#queues.set(workspaceId, [...own, ...(this.#queues.get(workspaceId) ?? [])]);
      if (!this.#aside.has(workspaceId)) this.#aside.set(workspaceId, this.#writeAside(workspaceId));
    }
  }

  async #writeOneByOne(batch: Waiting[]): Promise<(() => void)[]> {
    const answers: (() => void)[] = [];
    for (const waiting of batch) {
      const own = this.#writeTogether([waiting]);
      answers.push(...(await own.catch((error: unknown) => [failed(waiting, error)])));
    }
    return answers;
  }

  async #writeTogether(batch: Waiting[], write = persist): Promise<(() => void)[]> {
    const outcomes = await write(
      this.#database,
      batch.map(({ change }) => change),
    );
    const answers: (() => void)[] = [];
    // A workspace with many refused changes is asked for the reason once.
    const reasons = new Map<string, unknown>();
    for (const [index, { change, resolve, reject }] of batch.entries()) {
      const outcome = outcomes[index];
      if (outcome?.is !== 'refused') {
        answers.push(() => resolve(outcome?.is === 'written' ? outcome : undefined));
        continue;
      }
      const { workspace_id: workspaceId } = change.after;
      const kind = `${workspaceId} ${Object.keys(outcome.growth).join(' ')}`;
      if (!reasons.has(kind)) {
        const reason = whyRefused(this.#database, workspaceId, outcome.growth);
        reasons.set(kind, await reason.catch((error: unknown) => error));
      }
      answers.push(() => reject(reasons.get(kind)));
    }
    return answers;
  }
}

/** What answers the caller of a change whose statement failed. */
function failed({ resolve, reject }: Waiting, error: unknown): () => void {
  return () => (isIdTaken(error) ? resolve(undefined) : reject(error));
}
