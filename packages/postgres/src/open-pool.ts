import { Pool, types, type CustomTypesConfig, type PoolConfig } from 'pg';

/** Object ids of PostgreSQL's types (catalog pg_type). */
const typeIds = { int8: 20, json: 114, timestamptz: 1184 };

const typeParsers: CustomTypesConfig = {
  getTypeParser(oid, format) {
    const typeId: number = oid;
    if (typeId === typeIds.int8) return Number;
    if (typeId === typeIds.timestamptz) return rfc3339;
    // Most json documents are only passed on. Code that needs their content parses them.
    if (typeId === typeIds.json) return (text: string) => text;
    return types.getTypeParser(oid, format);
  },
};

/** Converts PostgreSQL's text of a timestamptz in UTC (`2026-11-21 05:00:00.5+00`) to RFC 3339 with milliseconds. */
function rfc3339(text: string): string {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? text : date.toISOString();
}

export type ConnectionOptions = {
  /** How long a statement may take until its connection is closed, in milliseconds (10,000). 0 is without a limit. */
  deadlineMs?: number;
};

const defaultDeadlineMs = 10_000;
/** The server ends a statement this much before the client would: only a server that hangs costs a connection. */
const serverIsFirstByMs = 1_000;

/**
 * The settings of a connection: int8 as numbers, timestamptz as RFC 3339 text in UTC, json as text. The server ends a
 * statement a second before its deadline (SQLSTATE 57014). If the server hangs, the client fails the statement at the
 * deadline, and the connection can't be used again: see `isConnectionSpent`.
 */
export function connectionSettings(
  url: string,
  applicationName: string,
  { deadlineMs = defaultDeadlineMs }: ConnectionOptions = {},
): PoolConfig {
  return {
    connectionString: url,
    application_name: applicationName,
    types: typeParsers,
    connectionTimeoutMillis: 5_000,
    statement_timeout: Math.max(deadlineMs - serverIsFirstByMs, 0),
    query_timeout: deadlineMs,
    options: '-c timezone=UTC',
    keepAlive: true,
  };
}

/** Opens a pool that survives lost connections: the next use opens a new one. */
export function openPool(
  url: string,
  applicationName: string,
  maxConnections: number,
  options?: ConnectionOptions,
): Pool {
  const pool = new Pool({ ...connectionSettings(url, applicationName, options), max: maxConnections });
  // A connection that PostgreSQL ends emits an error. Without a listener, the error crashes the process. The pool emits it
  // for an idle connection, the connection itself for one in use.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
