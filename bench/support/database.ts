import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openPool } from '@rondo/postgres/open-pool';

/** A pool on the database of the running host of a data directory, to fill it or to read what no API tells. */
export async function openHostDatabase(dataDir: string): Promise<ReturnType<typeof openPool>> {
  const password = (await readFile(join(dataDir, 'postgres.password'), 'utf8')).trim();
  // postmaster.pid: process id, data directory, start time, port, and more (PostgreSQL manual, "pg_ctl").
  const [, , , port] = (await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n');
  return openPool(`postgres://rondo:${password}@127.0.0.1:${port}/rondo`, 'bench', 2);
}
