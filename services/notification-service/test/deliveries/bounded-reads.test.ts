/** What a statement reads does not grow with the deliveries that a person had. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { sql, type Transaction } from 'kysely';
import { v7 } from 'uuid';
import { openDatabase } from '@rondo/shared/database/database';
import { createLog } from '@rondo/shared/observability/log';
import { rowsReadBy } from '@rondo/shared/test/rows-read';
import { bringForward } from '../../src/deliveries/commands/bring-forward.ts';
import { claimDeliveries } from '../../src/deliveries/commands/claim-deliveries.ts';
import { putSettings } from '../../src/settings/commands/put-settings.ts';
import type { Tables } from '../../src/store/tables.ts';
import { addWebhook, startWithWarnings } from '../support/notifications.ts';

const now = '2026-03-02T12:00:00.000Z';
const { person, service, clock, database_url: url } = await startWithWarnings({ after }, now);
const database = openDatabase<Tables>(url, 'bounded reads test', 2);
after(() => database.destroy());

const ada = await person();
const { id: channelId } = await addWebhook(ada, 'http://127.0.0.1:9/');
// The test does what the process would.
await service.stop();
const taskId = v7();

/** Adds deliveries of one task on the channel. */
async function addDeliveries(count: number, status: 'sent' | 'waiting', createdAt: string): Promise<void> {
  const waitsUntil = status === 'waiting' ? createdAt : null;
  await sql`
    INSERT INTO notification_service.deliveries
      (id, workspace_id, channel_id, channel_kind, merge_key, title, status, created_at, scheduled_at, next_attempt_at)
    SELECT gen_random_uuid(), ${ada.id}::uuid, ${channelId}::uuid, 'webhook', ${taskId}::uuid, 'Title', ${status},
           ${createdAt}::timestamptz, ${createdAt}::timestamptz, ${waitsUntil}::timestamptz
    FROM generate_series(1, ${count})`.execute(database);
}

const deliveriesReadBy = (work: (trx: Transaction<Tables>) => Promise<unknown>) =>
  rowsReadBy(database, 'notification_service.deliveries', work);

const many = 20_000;
const few = 100;
const wake = { relay() {}, deliveries() {}, snoozed() {}, digests() {} };

test('a claim asks whether a later delivery goes instead, whatever was delivered before', async () => {
  await addDeliveries(many, 'sent', '2026-02-01T00:00:00.000Z');
  await addDeliveries(1, 'waiting', '2026-03-02T11:00:00.000Z');
  await sql`ANALYZE notification_service.deliveries`.execute(database);
  const read = await deliveriesReadBy(async (trx) => {
    const options = { limit: 1, channels: [channelId], busyChannels: [] };
    const { claims } = await claimDeliveries({ database: trx, clock }, options);
    assert.equal(claims.length, 1);
  });
  assert.ok(read < few, `${read} rows`);
});

test('a change of the settings looks at what waits, whatever was delivered before', async () => {
  const settings = { time_zone: 'UTC', quiet_hours: null, digest_at: null };
  const command = { workspaceId: ada.id, traceparent: '', key: undefined };
  const read = await deliveriesReadBy((trx) =>
    putSettings({ database: trx, clock, wake } as never, command, settings),
  );
  assert.ok(read < few, `${read} rows`);
});

test('after a clock was set back all deliveries are due, in batches', async () => {
  await addDeliveries(12_000, 'waiting', '2026-04-01T00:00:00.000Z');
  await bringForward({ database, clock, log: createLog('test', 'silent') });
  const { rows } = await sql<{ late: number }>`
    SELECT count(*) AS late FROM notification_service.deliveries WHERE next_attempt_at > ${now}::timestamptz`.execute(
    database,
  );
  assert.deepEqual(rows, [{ late: 0 }]);
});
