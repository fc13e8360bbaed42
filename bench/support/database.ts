import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startPostgres } from '@rondo/host-common/postgres/start-postgres';
import { openPool } from '@rondo/postgres/open-pool';
import { createLog } from '@rondo/shared/observability/log';

/** Where the database of the running host of a data directory is, with its owner's password. */
export async function hostDatabaseUrl(dataDir: string): Promise<string> {
  const password = (await readFile(join(dataDir, 'postgres.password'), 'utf8')).trim();
  // postmaster.pid: process id, data directory, start time, port, and more (PostgreSQL manual, "pg_ctl").
  const [, , , port] = (await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n');
  return `postgres://rondo:${password}@127.0.0.1:${port}/rondo`;
}

/** Opens a pool on that database. */
export async function openHostDatabase(
  dataDir: string,
  connections = 2,
): Promise<ReturnType<typeof openPool>> {
  return openPool(await hostDatabaseUrl(dataDir), 'bench', connections, { deadlineMs: 0 });
}

/** Starts the PostgreSQL of a stopped host, runs statements on it, and stops it. */
export async function queryStoppedHost(dataDir: string, ...statements: string[]): Promise<void> {
  await using postgres = await startPostgres({
    dataDir,
    port: 0,
    log: createLog('bench', 'silent'),
  });
  const pool = openPool(postgres.url, 'bench', 1, { deadlineMs: 0 });
  for (const statement of statements) await pool.query(statement);
  await pool.end();
}
