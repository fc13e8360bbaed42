import { createHash } from 'node:crypto';
import { Kysely, PostgresDialect } from 'kysely';
import { DatabaseError, type PoolClient } from 'pg';
import { openPool, type ConnectionOptions } from '@rondo/postgres/open-pool';
import { isConnectionSpent } from '@rondo/postgres/spent-connection';
import { createConnectionShares } from './connection-shares.ts';
import { currentReader } from './reader.ts';

/**
 * Begins a statement that is planned at each execution. A prepared one keeps the plan that was best when its tables were
 * empty: a join that reads the whole of one, which is slow as soon as it has grown.
 */
export const plannedEachTime = '/* planned each time */';

/**
 * Statements are prepared once a connection and reused under a name made of their text (worth up to 1.7×). A connection
 * that a statement found useless is closed: at once if it hangs, so that a rollback doesn't wait for it as well.
 * @param onRelease is called once
 */
function withNamedStatements(client: PoolClient, names: Map<string, string>, onRelease: () => void) {
  let isSpent = false;
  let isReleased = false;
  const release = (isDiscarded = false) => {
    if (isReleased) return;
    isReleased = true;
    client.release(isDiscarded || isSpent);
    onRelease();
  };
  const onError = (error: unknown): never => {
    isSpent ||= isConnectionSpent(error);
    if (isSpent && !(error instanceof DatabaseError)) release();
    throw error;
  };
  return {
    query(text: string | object, values?: unknown[]) {
      if (typeof text !== 'string') return client.query(text as never);
      if (values === undefined || values.length === 0) return client.query(text).catch(onError);
      if (text.trimStart().startsWith(plannedEachTime)) return client.query(text, values).catch(onError);
      let name = names.get(text);
      if (name === undefined) {
        name = createHash('sha256').update(text).digest('base64url').slice(0, 24);
        if (names.size < 1_000) names.set(text, name);
      }
      return client.query({ name, text, values }).catch(onError);
    },
    release,
  };
}

/**
 * A Kysely instance on a pool of its own. Tables are keyed with their schema (`todo_service.tasks`); json columns
 * come back as text. Destroying it closes the pool. Readers whose statements took long share a part of it.
 */
export function openDatabase<Tables>(
  url: string,
  applicationName: string,
  maxConnections = 10,
  options?: ConnectionOptions,
): Kysely<Tables> {
  const pool = openPool(url, applicationName, maxConnections, options);
  const names = new Map<string, string>();
  const shares = createConnectionShares(maxConnections);
  async function connect() {
    const reader = currentReader();
    const giveBack = reader && (await shares.take(reader));
    const client = await pool.connect().catch((error: unknown) => {
      giveBack?.(0);
      throw error;
    });
    const heldSince = performance.now();
    return withNamedStatements(client, names, () => giveBack?.(performance.now() - heldSince));
  }
  const dialect = new PostgresDialect({
    pool: {
      connect: async () => (await connect()) as never,
      end: () => pool.end(),
      options: pool.options,
    },
  });
  const database = new Kysely<Tables>({ dialect });
  poolSizes.set(database, maxConnections);
  return database;
}

const poolSizes = new WeakMap<object, number>();

/** How many connections the pool of a database has at most. @throws if `openDatabase` didn't open it */
export function connectionsOf(database: object): number {
  const connections = poolSizes.get(database);
  if (connections === undefined) throw new Error('openDatabase did not open this database.');
  return connections;
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

/** Whether PostgreSQL refused a statement for this SQLSTATE (PostgreSQL manual, appendix A). */
export function isSqlState(error: unknown, state: string): boolean {
  return codeOf(error) === state;
}

/** Whether PostgreSQL refused a row that a unique index has already (SQLSTATE 23505). */
export function violatesUnique(error: unknown, index: string): boolean {
  return isSqlState(error, '23505') && (error as { constraint?: string }).constraint === index;
}

/**
 * Whether PostgreSQL refused a value: SQLSTATE class 22, data exception. Schemas should refuse such a value first; this is the
 * net below them. The message of the error quotes the value.
 */
export function isInvalidValue(error: unknown): error is Error & { code: string } {
  const code = codeOf(error);
  return typeof code === 'string' && /^22[0-9A-Z]{3}$/.test(code);
}

/** Whether a statement gave up waiting for a lock that another transaction holds (SQLSTATE 55P03). */
export function isLockTimeout(error: unknown): boolean {
  return isSqlState(error, '55P03');
}

/** Whether PostgreSQL ended a statement that took too long (SQLSTATE 57014). */
export function isStatementTimeout(error: unknown): boolean {
  return isSqlState(error, '57014');
}

/** Whether a connection was lost while it had a statement: nobody knows whether that took effect. */
export function isOutcomeUnknown(error: unknown): boolean {
  const code = codeOf(error);
  if (error instanceof DatabaseError) return /^57P0[12]$/.test(String(code));
  if (typeof code === 'string') return /^(ECONNRESET|EPIPE|ETIMEDOUT)$/.test(code);
  if (!(error instanceof Error) || /connection timeout/.test(error.message)) return false;
  return /^Connection terminated|^Query read timeout/.test(error.message);
}

/**
 * Whether the database is unavailable, restarting, full or overloaded (statement timeout, lock timeout): the same statement
 * may work later.
 */
export function isDatabaseAway(error: unknown): boolean {
  const code = codeOf(error);
  if (typeof code !== 'string') {
    return (
      error instanceof Error &&
      /Connection terminated|timeout exceeded when trying to connect|Query read timeout|not queryable/.test(
        error.message,
      )
    );
  }
  if (/^E[A-Z]+$/.test(code)) return true;
  if (error instanceof DatabaseError && isConnectionSpent(error)) return true;
  return /^(53|57014|58|40|55P03)/.test(code);
}
