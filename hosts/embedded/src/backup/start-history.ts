import { Client } from 'pg';
import { createLog } from '@rondo/shared/observability/log';
import { startPostgres } from '@rondo/host-common/postgres/start-postgres';

/**
 * Begins a new history in a restored data directory, so that clients that know changes from after the backup learn that those
 * never happened. Runs PostgreSQL for a moment. A backup of a version without histories gets its first one at the next start.
 * @throws StartError if PostgreSQL doesn't start on the directory
 */
export async function startHistory(dataDir: string): Promise<void> {
  await using postgres = await startPostgres({ dataDir, port: 0, log: createLog('restore', 'silent') });
  const client = new Client({ connectionString: postgres.url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ exists: boolean }>(
      "SELECT to_regprocedure('todo_service.start_history()') IS NOT NULL AS exists",
    );
    if (rows[0]?.exists) await client.query('SELECT todo_service.start_history()');
  } finally {
    await client.end().catch(() => undefined);
  }
}
