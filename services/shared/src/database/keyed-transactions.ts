import type { Kysely, Transaction } from 'kysely';
import { createKeyedQueue } from '../workers/keyed-queue.ts';
import { connectionsOf } from './database.ts';

/** One transaction of a key, such as a workspace, at a time: the next one would only hold a connection to wait for its lock. */
const turnsOfKey = { maxRunning: 1, maxWaiting: 100, maxWaitMs: 10_000 };
/** Connections that transactions of all keys leave to single statements and to consumers. */
const leftToOthers = 2;

/** Turns of the transactions on one pool. Each key has one of them at a time, and keys take them in the order in which they came. */
export type TransactionTurns = {
  /**
   * Runs work that holds a connection.
   * @param signal aborts when the turn is no longer waited for
   * @throws AppError 429 `busy` if too much of the key waits, or for too long; the reason of the signal
   */
  run<Result>(key: string, work: () => Promise<Result>, signal?: AbortSignal): Promise<Result>;
  /** Runs work of a key that holds no connection of the pool. @throws as `run` */
  runBeside<Result>(key: string, work: () => Promise<Result>): Promise<Result>;
  /** Runs a statement that may wait for the transaction of its key, and holds a connection. @throws AppError 429 `busy` */
  runStatement<Result>(statement: () => Promise<Result>): Promise<Result>;
  /** Whether work of this key runs, or waits for a connection. */
  isRunning(key: string): boolean;
};

function createTransactionTurns(database: object): TransactionTurns {
  const { maxWaitMs } = turnsOfKey;
  const maxRunning = Math.max(1, connectionsOf(database) - leftToOthers);
  const ofKey = createKeyedQueue(turnsOfKey);
  const ofAll = createKeyedQueue({ maxRunning, maxWaiting: Infinity, maxWaitMs });
  return {
    run: (key, work, signal) => ofKey.run(key, () => ofAll.run('', work, signal), signal),
    runBeside: (key, work) => ofKey.run(key, work),
    runStatement: (statement) => ofAll.run('', statement),
    isRunning: (key) => ofKey.isRunning(key),
  };
}

const turns = new WeakMap<object, TransactionTurns>();

/** The turns on the pool of a database. */
export function transactionTurnsOf(database: object): TransactionTurns {
  const known = turns.get(database);
  if (known) return known;
  const created = createTransactionTurns(database);
  turns.set(database, created);
  return created;
}

/**
 * Runs a transaction that takes a lock of its key. It waits in the process, before it takes a connection, while another
 * transaction of the same key is running. Within a transaction, which has its turn, the work is a part of that.
 * @throws AppError 429 `busy` if too many transactions of the key wait, or for too long
 */
export function transactionInTurn<Tables, Result>(
  database: Kysely<Tables>,
  key: string,
  work: (trx: Transaction<Tables>) => Promise<Result>,
): Promise<Result> {
  if (database.isTransaction) return work(database as Transaction<Tables>);
  return transactionTurnsOf(database).run(key, () => database.transaction().execute(work));
}
