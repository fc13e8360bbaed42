import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { v7 } from 'uuid';
import { openDatabase } from '@rondo/shared/database/database';
import { createLog } from '@rondo/shared/observability/log';
import { createMetrics } from '@rondo/shared/observability/metrics';
import { startTestService } from '@rondo/shared/test/service';
import { dayMs } from '@rondo/shared/workers/expiring-table';
import { createRetentionWorker } from '@rondo/shared/workers/retention';
import { openPool } from '@rondo/postgres/open-pool';
import { service } from '../../src/service.ts';
import type { Tables } from '../../src/store/tables.ts';
import { retentions } from '../../src/workers/retentions.ts';

const { sidecar, database_url: databaseUrl } = await startTestService({ after }, service);
const pool = openPool(databaseUrl, 'retention test', 2);
after(() => pool.end());

const now = new Date('2026-06-01T00:00:00Z');
const daysAgo = (days: number) => new Date(now.getTime() - days * dayMs).toISOString();

/** Runs Todo's retention at `now`. @returns the metrics */
async function retain(): Promise<string> {
  const database = openDatabase<Tables>(databaseUrl, 'retention', 2);
  const metrics = createMetrics('retention');
  try {
    await createRetentionWorker(retentions({ database }, { eventDays: 90 }), {
      clock: { now: () => now },
      log: createLog('retention', 'silent'),
      metrics,
    }).processAll();
    return await metrics.metrics();
  } finally {
    await database.destroy();
  }
}

async function addEvents(workspaceId: string, ages: { days: number; count: number }[]): Promise<void> {
  await pool.query('INSERT INTO todo_service.workspaces (id) VALUES ($1) ON CONFLICT DO NOTHING', [
    workspaceId,
  ]);
  for (const { days, count } of ages) {
    await pool.query(
      `WITH head AS (UPDATE todo_service.workspaces SET seq = seq + $2 WHERE id = $1 RETURNING seq - $2 AS seq)
       INSERT INTO todo_service.events (workspace_id, seq, event_id, event_type, task_id, version, actor_id, actor_source,
                                        command_id, occurred_at, changed, payload)
       SELECT $1, head.seq + n, gen_random_uuid(), 'task-created', gen_random_uuid(), 1, $1, 'api', gen_random_uuid(), $3,
              '[]', '{}'
       FROM head, generate_series(1, $2) AS n`,
      [workspaceId, count, daysAgo(days)],
    );
  }
}

async function eventsOf(workspaceId: string) {
  const { rows } = await pool.query<{ count: number; first: number | null; pruned: number }>(
    `SELECT count(*) AS count, min(seq) AS first,
            (SELECT pruned_seq FROM todo_service.workspaces WHERE id = $1) AS pruned
     FROM todo_service.events WHERE workspace_id = $1`,
    [workspaceId],
  );
  return rows[0];
}

test('20,000 expired and 20,000 kept events of one workspace are pruned in short transactions', async () => {
  const [many, few] = [v7(), v7()];
  await addEvents(many, [
    { days: 91, count: 20_000 },
    { days: 89, count: 20_000 },
  ]);
  await addEvents(few, [{ days: 100, count: 3 }]);
  await pool.query(`
    CREATE TABLE batches (rows int, transaction xid8);
    CREATE FUNCTION count_batch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO public.batches SELECT count(*), pg_current_xact_id() FROM gone;
      RETURN NULL;
    END $$;
    CREATE TRIGGER count_batch AFTER DELETE ON todo_service.events REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION count_batch();`);
  const metrics = await retain();
  const { rows: batches } = await pool.query<{ most: number; transactions: number }>(
    'SELECT max(rows) AS most, count(DISTINCT transaction) AS transactions FROM batches WHERE rows > 0',
  );
  assert.deepEqual(batches, [{ most: 1_000, transactions: 21 }]);
  assert.deepEqual(await eventsOf(many), { count: 20_000, first: 20_001, pruned: 20_000 });
  assert.deepEqual(await eventsOf(few), { count: 0, first: null, pruned: 3 });
  assert.match(metrics, /rondo_retention_lag_seconds\{table="events",service="retention"\} 0\n/);
});

test('a batch that fails leaves what was pruned before; the lag says how much is left', async () => {
  const workspaceId = v7();
  await addEvents(workspaceId, [{ days: 92, count: 2_500 }]);
  await pool.query(`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
    CREATE TRIGGER refuse BEFORE DELETE ON todo_service.events FOR EACH ROW
    WHEN (OLD.seq = 2000) EXECUTE FUNCTION refuse();`);
  await assert.rejects(retain(), /refused/);
  assert.deepEqual(await eventsOf(workspaceId), { count: 1_500, first: 1_001, pruned: 1_000 });
  await pool.query('DROP TRIGGER refuse ON todo_service.events');
  await retain();
  assert.deepEqual(await eventsOf(workspaceId), { count: 0, first: null, pruned: 2_500 });
});

test('events that wait to be published stay, and the lag grows with them', async () => {
  sidecar.onPublish(() => ({ refuse: () => true }));
  const workspaceId = v7();
  await addEvents(workspaceId, [{ days: 91, count: 5 }]);
  await pool.query('INSERT INTO todo_service.outbox (workspace_id, seq) VALUES ($1, 3)', [workspaceId]);
  const metrics = await retain();
  assert.deepEqual((await eventsOf(workspaceId))?.first, 3);
  assert.match(metrics, /rondo_retention_lag_seconds\{table="events",service="retention"\} 86400\n/);
});
