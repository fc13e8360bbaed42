import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

export type TestDatabase = { url: string; close(): Promise<void> };

/** A test's context, or `{ after }` of node:test for a database of the whole file. */
export type WithAfter = { after: (hook: () => void) => void };

/**
 * Creates an empty database, or a copy of a template, on the server that `npm test` started. The database is dropped after
 * the test, as soon as its last connection is closed: hooks run in the order of their registration, so most users of the
 * database are still open when the hook of this function runs.
 */
export async function createDatabase(t: WithAfter, template = 'template1'): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await onServer((client) => client.query(`create database ${name} template ${template} strategy file_copy`));
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= dropDatabase(name));
  t.after(() => void close());
  return { url: urlOf(name), close };
}

/** Runs `work` on a connection to the server's default database. */
export function onServer<T>(work: (client: Client) => Promise<T>): Promise<T> {
  return onDatabase(serverUrl(), work);
}

/** Runs `work` on a new connection and closes it. */
export async function onDatabase<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The URL of a database on the server. */
export function urlOf(database: string): string {
  const url = new URL(serverUrl());
  url.pathname = `/${database}`;
  return url.href;
}

function serverUrl(): string {
  const url = process.env['RONDO_TEST_DATABASE_URL'];
  if (!url)
    throw new Error(
      'RONDO_TEST_DATABASE_URL is not set: run the tests with `npm test -- FILE…`, which starts a PostgreSQL.',
    );
  return url;
}

const dropTimeoutMs = 30_000;

async function dropDatabase(name: string): Promise<void> {
  await onServer(async (client) => {
    const deadline = performance.now() + dropTimeoutMs;
    while (!(await isDropped(client, name))) {
      if (performance.now() > deadline) throw new Error(`${name} still has connections after 30 s`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
}

/**
 * Checks before it drops, because a waiting DROP DATABASE blocks new connections to other databases. It ends an autovacuum itself,
 * which can take longer than a test.
 */
async function isDropped(client: Client, name: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `select from pg_stat_activity where datname = $1 and backend_type = 'client backend'`,
    [name],
  );
  if (rowCount !== 0) return false;
  await client.query(`drop database if exists ${name}`);
  return true;
}
