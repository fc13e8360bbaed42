import type { Kysely, Transaction } from 'kysely';
import { createKeyedQueue, type KeyedQueue } from '../workers/keyed-queue.ts';

/**
 * The transactions of one key, such as a workspace. One works while the next one waits for its lock; more would only hold
 * connections that others need.
 */
export const transactionTurns = { maxRunning: 2, maxWaiting: 100, maxWaitMs: 10_000 };

const queues = new WeakMap<object, KeyedQueue>();

/**
 * Runs a transaction that takes a lock of its key. It waits in the process, before it takes a connection, while two
 * transactions of the same key are running. Within a transaction, which has its turn, the work is a part of that.
 * @throws AppError 429 `busy` if too many transactions of the key wait, or for too long
 */
export function transactionInTurn<Tables, Result>(
  database: Kysely<Tables>,
  key: string,
  work: (trx: Transaction<Tables>) => Promise<Result>,
): Promise<Result> {
  if (database.isTransaction) return inTransaction(database, work);
  return turnsOf(database).run(key, () => database.transaction().execute(work));
}

/** Runs work in a transaction: in the given one, or in one of its own. */
export function inTransaction<Tables, Result>(
  database: Kysely<Tables>,
  work: (trx: Transaction<Tables>) => Promise<Result>,
): Promise<Result> {
  return database.isTransaction
    ? work(database as Transaction<Tables>)
    : database.transaction().execute(work);
}

function turnsOf(database: object): KeyedQueue {
  const known = queues.get(database);
  if (known) return known;
  const created = createKeyedQueue(transactionTurns);
  queues.set(database, created);
  return created;
}
