import { Client, DatabaseError, escapeIdentifier } from 'pg';
import { MigrationError } from './migration-error.ts';
import { readMigrationFiles, type MigrationFile } from './migration-files.ts';

/** Numbered SQL files, the schema that they are applied to, and the table of that schema that records them. */
export type MigrationSet = {
  schema: string;
  directory: string;
  /** The default is `migrations`. */
  recordedIn?: string;
};

export type MigrationOptions = MigrationSet & {
  log?: { info(fields: object, message: string): void };
};

/** A schema and its table of applied migrations, as quoted names. */
type Target = { schema: string; table: string };

type AppliedMigration = { number: number; name: string; sha256: string };

/** The most time for one file, and for the wait for another run. A server that hangs for longer fails the migration. */
const deadlineMs = 10 * 60 * 1000;

/** One lock for all schemas of a database, because extensions belong to the whole database. */
const advisoryLock = 'rondo:migrations';

/**
 * Brings a schema up to date: applies the files of `directory` (`0001-name.sql`, `0002-…`) that are not recorded yet, each
 * in a transaction with `search_path` on the schema. It creates the schema if needed. Parallel runs wait for each other.
 * @returns the names of the files that it applied
 * @throws MigrationError `migration-misnamed`, `migration-unreadable`; `migration-edited` or `migration-missing` if an
 * applied file has changed; `migration-failed` with the file and the position of the error
 */
export async function migrate(
  url: string,
  { schema, directory, recordedIn, log }: MigrationOptions,
): Promise<{ applied: string[] }> {
  const files = await readMigrationFiles(directory);
  const target = targetOf({ schema, directory, ...(recordedIn === undefined ? {} : { recordedIn }) });
  const client = openClient(url, schema);
  try {
    await client.connect();
    // The session holds the lock, so `end` and a crash release it.
    await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [advisoryLock]);
    await createTable(client, target);
    const pending = pendingOf(files, await readApplied(client, target), schema);
    for (const file of pending) {
      await applyFile(client, target, file);
      log?.info({ schema, migration: file.name }, 'migration applied');
    }
    return { applied: pending.map(({ name }) => name) };
  } finally {
    await client.end();
  }
}

/**
 * Waits until another program has applied all migrations of `directory`. Additional migrations of a later release are
 * accepted, because migrations only add.
 * @throws MigrationError `migration-edited`; `migration-pending` with the missing names after `timeoutMs`
 */
export async function awaitMigrations(url: string, set: MigrationSet, timeoutMs: number): Promise<void> {
  const files = await readMigrationFiles(set.directory);
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const missing = await findMissing(url, set, files);
    if (missing.length === 0) return;
    if (performance.now() > deadline) {
      throw new MigrationError(
        'migration-pending',
        `Schema ${set.schema} has no ${missing.join(', ')}: it has to be migrated first.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** @returns the names of the files that are not applied; all of them while the database doesn't answer */
async function findMissing(url: string, set: MigrationSet, files: MigrationFile[]): Promise<string[]> {
  const client = openClient(url, set.schema);
  try {
    await client.connect();
    const applied = await readApplied(client, targetOf(set));
    return pendingOf(files, applied.slice(0, files.length), set.schema).map(({ name }) => name);
  } catch (error) {
    if (error instanceof MigrationError) throw error;
    return files.map(({ name }) => name);
  } finally {
    await client.end().catch(() => undefined);
  }
}

function targetOf({ schema, recordedIn = 'migrations' }: MigrationSet): Target {
  const name = escapeIdentifier(schema);
  return { schema: name, table: `${name}.${escapeIdentifier(recordedIn)}` };
}

function openClient(url: string, schema: string): Client {
  const client = new Client({
    connectionString: url,
    application_name: `${schema} migrations`,
    connectionTimeoutMillis: 10_000,
    query_timeout: deadlineMs,
  });
  // A lost connection fails the current statement. Without a listener, its error also crashes the process.
  client.on('error', () => undefined);
  return client;
}

async function createTable(client: Client, { schema, table }: Target): Promise<void> {
  await client.query(`set client_min_messages = warning`);
  await client.query(`create schema if not exists ${schema}`);
  await client.query(
    `create table if not exists ${table} (
       number integer primary key,
       name text not null,
       sha256 text not null,
       applied_at timestamptz not null default now()
     )`,
  );
}

async function readApplied(client: Client, { table }: Target): Promise<AppliedMigration[]> {
  const { rows } = await client.query<AppliedMigration>(
    `select number, name, sha256 from ${table} order by number`,
  );
  return rows;
}

function pendingOf(files: MigrationFile[], applied: AppliedMigration[], schema: string): MigrationFile[] {
  for (const [index, { name, sha256 }] of applied.entries()) {
    const file = files[index];
    if (file?.name !== name) {
      throw new MigrationError(
        'migration-missing',
        `${name} was applied to schema ${schema}, but there is no such file. Start the version that has it, or a newer one.`,
      );
    }
    if (file.sha256 !== sha256) {
      throw new MigrationError(
        'migration-edited',
        `${name} was edited after it was applied to schema ${schema}. Restore the file, and write a new one for the change.`,
      );
    }
  }
  return files.slice(applied.length);
}

async function applyFile(client: Client, { schema, table }: Target, file: MigrationFile): Promise<void> {
  try {
    await client.query('begin');
    // Extensions live in `public`.
    await client.query(`set local search_path = ${schema}, public`);
    await client.query(file.sql);
    await client.query(`insert into ${table} (number, name, sha256) values ($1, $2, $3)`, [
      file.number,
      file.name,
      file.sha256,
    ]);
    await client.query('commit');
  } catch (cause) {
    await client.query('rollback').catch(() => undefined);
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new MigrationError('migration-failed', `${placeOf(cause, file)}: ${message}`, { cause });
  }
}

/** The place of an error as `0001-name.sql:LINE:COLUMN`, both from 1. PostgreSQL's position is in characters, not bytes. */
function placeOf(error: unknown, { name, sql }: MigrationFile): string {
  if (!(error instanceof DatabaseError) || error.position === undefined) return name;
  const lines = Array.from(sql)
    .slice(0, Number(error.position) - 1)
    .join('')
    .split('\n');
  return `${name}:${lines.length}:${Array.from(lines.at(-1) ?? '').length + 1}`;
}
