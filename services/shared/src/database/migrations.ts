import { Client, DatabaseError, escapeIdentifier } from 'pg';
import { AppError } from '../errors.ts';
import type { Log } from '../observability/log.ts';
import type { MigrationSet } from '../service-registry.ts';
import { readMigrationFiles, type MigrationFile } from './migration-files.ts';

export type MigrationOptions = MigrationSet & { log?: Pick<Log, 'info'> };

type RecordTable = { schema: string; recordedIn: string };
type AppliedMigration = { number: number; name: string; sha256: string };

/** One lock for every schema of a database: extensions belong to the whole database, whichever service brings them. */
const advisoryLock = 'rondo:migrations';

/**
 * Brings a schema up to date: applies the files of `directory` (`0001-name.sql`, `0002-…`) that `{schema}.migrations`
 * does not know yet, each in a transaction of its own with `search_path` on the schema, and answers their names.
 * Replicas that start together wait for one another. The schema is made where it is missing.
 * @throws AppError `migration-misnamed`, `migration-unreadable`; `migration-edited` or `migration-missing` when an
 * applied file is not what it was; `migration-failed` with the file and the position of what PostgreSQL refused
 */
export async function migrate(
  url: string,
  { schema, directory, recordedIn = 'migrations', log }: MigrationOptions,
): Promise<{ applied: string[] }> {
  const files = await readMigrationFiles(directory);
  const client = openClient(url, schema);
  try {
    await client.connect();
    // Held by the session, so it is given back by `end` and by a crash alike.
    await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [advisoryLock]);
    const pending = pendingOf(files, await readApplied(client, schema, recordedIn), schema);
    for (const file of pending) {
      await applyFile(client, { schema, recordedIn }, file);
      log?.info({ schema, migration: file.name }, 'migration applied');
    }
    return { applied: pending.map(({ name }) => name) };
  } finally {
    await client.end();
  }
}

/**
 * Waits until every migration of `directory` is applied to the schema, by whatever program does that. Those of a later release
 * may be there too: migrations only add, so a release runs on the schema of the next one.
 * @throws AppError `migration-edited`; `migration-pending` with the names that are missing after `timeoutMs`
 */
export async function awaitMigrations(
  url: string,
  { schema, directory, recordedIn = 'migrations' }: MigrationSet,
  timeoutMs: number,
): Promise<void> {
  const files = await readMigrationFiles(directory);
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const missing = await missingOf(url, { schema, recordedIn }, files);
    if (missing.length === 0) return;
    if (performance.now() > deadline) {
      throw new AppError(
        'migration-pending',
        `Schema ${schema} has no ${missing.join(', ')}: the release job has to migrate it before.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** The names of the files that are not applied; all of them while there is no database to ask. */
async function missingOf(
  url: string,
  { schema, recordedIn }: RecordTable,
  files: MigrationFile[],
): Promise<string[]> {
  const client = openClient(url, schema);
  try {
    await client.connect();
    const { rows: applied } = await client.query<AppliedMigration>(
      `select number, name, sha256 from ${escapeIdentifier(schema)}.${escapeIdentifier(recordedIn)} order by number`,
    );
    return pendingOf(files, applied.slice(0, files.length), schema).map(({ name }) => name);
  } catch (error) {
    if (error instanceof AppError) throw error;
    return files.map(({ name }) => name);
  } finally {
    await client.end().catch(() => undefined);
  }
}

function openClient(url: string, schema: string): Client {
  const client = new Client({
    connectionString: url,
    application_name: `${schema} migrations`,
    connectionTimeoutMillis: 10_000,
  });
  // A connection that breaks fails the statement under way; without a listener it would also end the process.
  client.on('error', () => undefined);
  return client;
}

async function readApplied(client: Client, schema: string, recordedIn: string): Promise<AppliedMigration[]> {
  const name = escapeIdentifier(schema);
  await client.query(`set client_min_messages = warning`);
  await client.query(`create schema if not exists ${name}`);
  await client.query(
    `create table if not exists ${name}.${escapeIdentifier(recordedIn)} (
       number integer primary key,
       name text not null,
       sha256 text not null,
       applied_at timestamptz not null default now()
     )`,
  );
  const { rows } = await client.query<AppliedMigration>(
    `select number, name, sha256 from ${name}.${escapeIdentifier(recordedIn)} order by number`,
  );
  return rows;
}

function pendingOf(files: MigrationFile[], applied: AppliedMigration[], schema: string): MigrationFile[] {
  for (const [index, { name, sha256 }] of applied.entries()) {
    const file = files[index];
    if (file?.name !== name) {
      const hint = 'Start the version of Rondo that has it, or a newer one.';
      throw new AppError(
        'migration-missing',
        `${name} was applied to schema ${schema}, but there is no such file. ${hint}`,
      );
    }
    if (file.sha256 !== sha256) {
      const hint = 'Put the file back as it was, and write a new one for the change.';
      throw new AppError(
        'migration-edited',
        `${name} was edited after it was applied to schema ${schema}. ${hint}`,
      );
    }
  }
  return files.slice(applied.length);
}

async function applyFile(
  client: Client,
  { schema, recordedIn }: RecordTable,
  file: MigrationFile,
): Promise<void> {
  const name = escapeIdentifier(schema);
  try {
    await client.query('begin');
    // `public` comes second: it is where extensions live.
    await client.query(`set local search_path = ${name}, public`);
    await client.query(file.sql);
    await client.query(
      `insert into ${name}.${escapeIdentifier(recordedIn)} (number, name, sha256) values ($1, $2, $3)`,
      [file.number, file.name, file.sha256],
    );
    await client.query('commit');
  } catch (cause) {
    await client.query('rollback').catch(() => undefined);
    throw new AppError('migration-failed', `${placeOf(cause, file)}: ${messageOf(cause)}`, { cause });
  }
}

/** `0001-name.sql:LINE:COLUMN`, both from 1, where PostgreSQL tells the position (in characters, not bytes). */
function placeOf(error: unknown, { name, sql }: MigrationFile): string {
  if (!(error instanceof DatabaseError) || error.position === undefined) return name;
  const lines = Array.from(sql)
    .slice(0, Number(error.position) - 1)
    .join('')
    .split('\n');
  return `${name}:${lines.length}:${Array.from(lines.at(-1) ?? '').length + 1}`;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
