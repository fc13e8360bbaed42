import { createHash, randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { migrate } from '../../src/database/migrations.ts';
import { readMigrationFiles } from '../../src/database/migration-files.ts';
import { eventually } from './eventually.ts';

export type Migrations = { schema: string; directory: string };

export type TestDatabase = { url: string; close(): Promise<void> };

/** A test's context, or `{ after }` from node:test when the database is for the whole file. */
type WithAfter = { after: (hook: () => void) => void };

/**
 * A database of one's own on the server that `npm test` started, with the given schemas migrated. It is a copy of a
 * template that the first asker makes and every test file with the same migrations shares. It is dropped after the
 * test, as soon as nothing is connected to it: hooks run in the order in which they were registered, so what uses
 * the database is mostly still open when the hook of this function runs.
 */
export async function createTestDatabase(
  t: WithAfter,
  { migrations = [] }: { migrations?: Migrations[] } = {},
): Promise<TestDatabase> {
  const server = serverUrl();
  const name = `test_${randomBytes(8).toString('hex')}`;
  const template = migrations.length > 0 ? await ensureTemplate(server, migrations) : 'template1';
  await onServer(server, (client) =>
    client.query(`create database ${name} template ${template} strategy file_copy`),
  );
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= dropDatabase(server, name));
  t.after(() => void close());
  return { url: urlOf(server, name), close };
}

function serverUrl(): string {
  const url = process.env['RONDO_TEST_DATABASE_URL'];
  if (!url)
    throw new Error(
      'RONDO_TEST_DATABASE_URL is not set: run the tests with `npm test -- FILE…`, which starts a PostgreSQL.',
    );
  return url;
}

function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

async function onServer<T>(server: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: server });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function ensureTemplate(server: string, migrations: Migrations[]): Promise<string> {
  const hash = createHash('sha256');
  for (const { schema, directory } of migrations) {
    const files = await readMigrationFiles(directory);
    hash.update(JSON.stringify([schema, files.map(({ name, sha256 }) => [name, sha256])]));
  }
  const template = `template_${hash.digest('hex').slice(0, 24)}`;
  await onServer(server, async (client) => {
    await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [template]);
    const { rowCount } = await client.query('select from pg_database where datname = $1', [template]);
    if (rowCount === 0) await buildTemplate(client, server, template, migrations);
  });
  return template;
}

/** Built under another name, so that a template that bears its name is complete. */
async function buildTemplate(
  client: Client,
  server: string,
  template: string,
  migrations: Migrations[],
): Promise<void> {
  const draft = `${template}_draft`;
  await client.query(`drop database if exists ${draft}`);
  await client.query(`create database ${draft}`);
  for (const migration of migrations) await migrate(urlOf(server, draft), migration);
  await client.query(`alter database ${draft} rename to ${template}`);
}

async function dropDatabase(server: string, name: string): Promise<void> {
  await onServer(server, (client) =>
    eventually(() => isDropped(client, name), {
      every_ms: 50,
      timeout_ms: 30_000,
      what: `the last connection to ${name} to be closed`,
    }),
  );
}

/** Looks before it drops: a DROP DATABASE that waits for others to leave holds back their new connections. */
async function isDropped(client: Client, name: string): Promise<boolean> {
  const { rowCount } = await client.query('select from pg_stat_activity where datname = $1', [name]);
  if (rowCount !== 0) return false;
  await client.query(`drop database if exists ${name}`);
  return true;
}
