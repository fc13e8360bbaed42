import { createHash } from 'node:crypto';
import type { Client } from 'pg';
import { readMigrationFiles } from '@rondo/postgres/migration-files';
import { migrate, type MigrationSet } from '@rondo/postgres/migrations';
import {
  createDatabase,
  onServer,
  urlOf,
  type TestDatabase,
  type WithAfter,
} from '@rondo/postgres/test/test-database';

/**
 * Creates a database for a test with the given schemas migrated. It is a copy of a template, which the first caller makes
 * and all test files with the same migrations share.
 */
export async function createTestDatabase(
  t: WithAfter,
  { migrations = [] }: { migrations?: MigrationSet[] } = {},
): Promise<TestDatabase> {
  return createDatabase(t, migrations.length > 0 ? await ensureTemplate(migrations) : undefined);
}

async function ensureTemplate(migrations: MigrationSet[]): Promise<string> {
  const hash = createHash('sha256');
  for (const { schema, directory, recordedIn } of migrations) {
    const files = await readMigrationFiles(directory);
    hash.update(JSON.stringify([schema, recordedIn, files.map(({ name, sha256 }) => [name, sha256])]));
  }
  const template = `template_${hash.digest('hex').slice(0, 24)}`;
  await onServer(async (client) => {
    await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [template]);
    const { rowCount } = await client.query('select from pg_database where datname = $1', [template]);
    if (rowCount === 0) await buildTemplate(client, template, migrations);
  });
  return template;
}

/** Builds the template under another name, so that a template with its final name is complete. */
async function buildTemplate(client: Client, template: string, migrations: MigrationSet[]): Promise<void> {
  const draft = `${template}_draft`;
  await client.query(`drop database if exists ${draft}`);
  await client.query(`create database ${draft}`);
  for (const migration of migrations) await migrate(urlOf(draft), migration);
  await client.query(`alter database ${draft} rename to ${template}`);
}
