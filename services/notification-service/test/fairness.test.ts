import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { openDatabase } from '@rondo/shared/database/database';
import { createLog } from '@rondo/shared/observability/log';
import { createMetrics } from '@rondo/shared/observability/metrics';
import { eventually } from '@rondo/shared/test/eventually';
import { openPool } from '@rondo/postgres/open-pool';
import { v7 } from 'uuid';
import type { NotificationContext } from '../src/context.ts';
import { claimDeliveries } from '../src/deliveries/commands/claim-deliveries.ts';
import { createDueChannels } from '../src/deliveries/queries/due-channels.ts';
import { createSnoozeQueue } from '../src/inbox/workers/snooze-queue.ts';
import { createNotificationMetrics } from '../src/metrics.ts';
import type { Tables } from '../src/store/tables.ts';
import { createTestClock, startNotifications } from './support/notifications.ts';

/** Two people, a database, and no process that works on it. `logged` are lines of JSON. */
async function setUp(t: TestContext) {
  const clock = createTestClock('2026-03-02T12:00:00Z');
  const { person, service, database_url: url } = await startNotifications(t, { clock });
  const [ada, bob] = [await person(), await person()];
  await service.stop();
  const logged: string[] = [];
  const database = openDatabase<Tables>(url, 'fairness test', 2);
  t.after(() => database.destroy());
  const pool = openPool(url, 'fairness test', 1);
  t.after(() => pool.end());
  const ctx: NotificationContext = {
    database,
    clock,
    ids: { next: () => v7() },
    log: createLog('test', 'info', { write: (line: string) => void logged.push(line) }),
    metrics: createNotificationMetrics(createMetrics('test')),
    wake: { relay() {}, deliveries() {}, snoozed() {}, digests() {} },
  };
  return { ada: ada.id, bob: bob.id, ctx, pool, logged };
}

/** Adds a channel with deliveries that are due since a time. @returns its id */
async function addChannel(
  { pool }: Awaited<ReturnType<typeof setUp>>,
  workspaceId: string,
  { deliveries, since }: { deliveries: number; since: string },
): Promise<string> {
  const id = v7();
  await pool.query(
    `WITH channel AS (
       INSERT INTO notification_service.channels (id, workspace_id, kind, label, fingerprint, sealed_target, created_at)
       VALUES ($1::uuid, $2, 'webhook', 'test', $1::uuid::text, 'sealed', $4)
     )
     INSERT INTO notification_service.deliveries (id, workspace_id, channel_id, channel_kind, title, status, created_at, next_attempt_at)
     SELECT gen_random_uuid(), $2, $1::uuid, 'webhook', 'test', 'waiting', $4, $4 FROM generate_series(1, $3::int)`,
    [id, workspaceId, deliveries, since],
  );
  return id;
}

test('five thousand due deliveries of one person delay no other', async (t) => {
  const started = await setUp(t);
  const { ada, bob, ctx } = started;
  const backlog = { deliveries: 1_000, since: '2026-03-02T11:00:00Z' };
  const own: string[] = [];
  for (let n = 0; n < 5; n += 1) own.push(await addChannel(started, ada, backlog));
  const other = await addChannel(started, bob, { deliveries: 1, since: '2026-03-02T11:59:00Z' });
  const dueChannels = createDueChannels(ctx);
  const channels = await dueChannels([]);
  assert.ok(channels.includes(other), 'it is found beside the backlog');
  const { claims } = await claimDeliveries(ctx, { limit: 2, channels, busyChannels: [] });
  const claimed = new Set(claims.map(([{ channel_id: id }]) => id));
  assert.ok(claimed.has(other), 'one of each person is claimed');
  const busy = own.find((id) => claimed.has(id)) ?? '';
  assert.ok((await dueChannels([busy])).every((id) => id !== busy));
});

test('a person whose channels are busy comes after one who has none that is', async (t) => {
  const started = await setUp(t);
  const { ada, bob, ctx } = started;
  const busy = await addChannel(started, ada, { deliveries: 1, since: '2026-03-02T11:00:00Z' });
  const own = await addChannel(started, ada, { deliveries: 1, since: '2026-03-02T11:00:00Z' });
  const other = await addChannel(started, bob, { deliveries: 1, since: '2026-03-02T11:59:00Z' });
  const { claims } = await claimDeliveries(ctx, { limit: 1, channels: [own, other], busyChannels: [busy] });
  assert.deepEqual(
    claims.map(([{ channel_id: id }]) => id),
    [other],
  );
});

test('thousands of snoozes of one person that end together delay no other', async (t) => {
  const { ada, bob, ctx, pool, logged } = await setUp(t);
  await pool.query(
    `INSERT INTO notification_service.notifications (id, workspace_id, kind, title, body, remind_at, lateness_ms, is_late,
                                                     created_at, appeared_at, snoozed_until)
     SELECT gen_random_uuid(), CASE WHEN n <= 3000 THEN $1::uuid ELSE $2::uuid END, 'reminder', 'test', '', at, 0, false, at, at,
            CASE WHEN n <= 3000 THEN timestamptz '2026-03-02T11:00:00Z' ELSE timestamptz '2026-03-02T11:59:00Z' END
     FROM generate_series(1, 3001) AS n, (VALUES (timestamptz '2026-03-01T10:00:00Z')) AS created (at)`,
    [ada, bob],
  );
  const queue = createSnoozeQueue(ctx);
  queue.start();
  t.after(() => queue.stop());
  await eventually(() => logged.length === 3_001);
  assert.ok(logged.findIndex((line) => line.includes(bob)) < 600, 'it returns with the first batch');
});
