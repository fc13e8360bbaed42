import { auditSecret, notificationSecret } from '@rondo/shared/contracts/topics';
import { openPool } from '@rondo/postgres/open-pool';
import { loadService } from '@rondo/shared/load-service';
import { serviceRegistry } from '@rondo/shared/service-registry';
import type { Cleanup } from '@rondo/shared/test/identity';
import { startTestService } from '@rondo/shared/test/service';
import { startReceiver } from '../../../services/notification-service/test/support/receiver.ts';
import type { World } from './case.ts';

export const encryptionKey = Buffer.alloc(32, 7).toString('base64');

/** Starts every service of the registry with a database of its own. No broker takes events: the outboxes keep what was written. */
export async function startWorlds(t: Cleanup): Promise<World[]> {
  const { url: receiverUrl } = await startReceiver(t);
  const secrets = {
    [notificationSecret]: { 'encryption-keys': encryptionKey },
    [auditSecret]: { 'checkpoint-keys': encryptionKey },
  };
  const env = { ALLOW_PRIVATE_ADDRESSES: 'true' };
  return Promise.all(
    serviceRegistry.map(async (entry) => {
      const started = await startTestService(t, await loadService(entry), { secrets, env });
      started.sidecar.onPublish(() => ({ refuse: () => true }));
      const pool = openPool(started.database_url, 'idempotency test', 2);
      t.after(() => pool.end());
      return { ...started, name: entry.name, schema: entry.schema, pool, receiverUrl };
    }),
  );
}

/** The number of rows and a hash of each table of a service, without the log of who saw dead letters. */
export async function contentOf({
  pool,
  schema,
}: World): Promise<Record<string, { rows: number; hash: string }>> {
  if (schema === undefined) return {};
  const tables = await pool.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = $1 AND tablename <> 'dead_letter_accesses' ORDER BY 1`,
    [schema],
  );
  const content: Record<string, { rows: number; hash: string }> = {};
  for (const { name } of tables.rows) {
    const { rows } = await pool.query<{ rows: number; hash: string }>(
      `SELECT count(*)::int AS rows, md5(coalesce(string_agg(one::text, ';' ORDER BY one::text), '')) AS hash FROM ${schema}.${name} one`,
    );
    content[name] = rows[0] ?? { rows: 0, hash: '' };
  }
  return content;
}

/** By how many rows each table grew. */
export function growthOf(
  before: Awaited<ReturnType<typeof contentOf>>,
  after: Awaited<ReturnType<typeof contentOf>>,
): Record<string, number> {
  const grown = Object.entries(after).map(
    ([name, { rows }]) => [name, rows - (before[name]?.rows ?? 0)] as const,
  );
  return Object.fromEntries(grown.filter(([, rows]) => rows !== 0));
}
