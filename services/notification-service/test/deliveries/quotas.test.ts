import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openPool } from '@rondo/postgres/open-pool';
import { eventually } from '@rondo/shared/test/eventually';
import { startReceiver } from '../support/receiver.ts';
import {
  addWebhook,
  createTestClock,
  deliveriesOf,
  inboxOf,
  reminder,
  startNotifications,
} from '../support/notifications.ts';

const clock = createTestClock('2026-01-15T10:20:00.000Z');
const { person, send, database_url: url } = await startNotifications({ after }, { clock });
const pool = openPool(url, 'quota test', 3);
after(() => pool.end());

async function manualSendsOf(workspaceId: string): Promise<unknown> {
  const { rows } = await pool.query(
    `SELECT sends, hour = date_trunc('hour', now(), 'UTC') AS is_now
     FROM notification_service.manual_sends WHERE workspace_id = $1`,
    [workspaceId],
  );
  return rows[0];
}

test('of a hundred tests at once sixty are sent; replays count as well, and the next hour has its own', async (t) => {
  const ada = await person();
  const receiver = await startReceiver(t);
  const { id } = await addWebhook(ada, receiver.url);
  const test = () => ada.call('POST', `/api/v1/channels/${id}/test`);
  const answers = await Promise.all(Array.from({ length: 100 }, test));
  assert.equal(answers.filter(({ status }) => status === 200).length, 60);
  const refused = answers.find(({ status }) => status !== 200);
  assert.deepEqual(
    [refused?.status, refused?.body['code'], refused?.body['quota']],
    [403, 'quota-exceeded', { name: 'manual-sends', limit: 60, used: 60 }],
  );
  const deliveries = await deliveriesOf(ada);
  assert.equal(deliveries.length, 60);
  const replay = () => ada.call('POST', `/api/v1/deliveries/${deliveries[0]?.id}/replay`);
  assert.equal((await replay()).status, 403);
  const bob = await person();
  const other = await addWebhook(bob, receiver.url);
  assert.equal((await bob.call('POST', `/api/v1/channels/${other.id}/test`)).status, 200);
  // Both are other hours than that of the database's clock: the second is that of a clock that was ahead.
  for (const away of ['-1 hour', '300 days']) {
    await pool.query(
      'UPDATE notification_service.manual_sends SET hour = hour + $2::interval, sends = 60 WHERE workspace_id = $1',
      [ada.id, away],
    );
    assert.equal((await test()).status, 200, away);
    assert.deepEqual(await manualSendsOf(ada.id), { sends: 1, is_now: true }, away);
  }
});

test('a workspace has 5,000 deliveries a day; the inbox has every notification', async (t) => {
  clock.set('2026-01-15T23:00:00.000Z');
  const ada = await person();
  const receiver = await startReceiver(t);
  await addWebhook(ada, receiver.url);
  await pool.query(
    `INSERT INTO notification_service.deliveries (id, workspace_id, channel_kind, title, status, created_at)
     SELECT gen_random_uuid(), $1, 'webhook', 'earlier', 'sent', '2026-01-15T01:00:00Z' FROM generate_series(1, 4999)`,
    [ada.id],
  );
  await send('reminders', reminder(ada.id), reminder(ada.id));
  assert.equal((await inboxOf(ada)).notifications.length, 2);
  const countOf = async () => {
    const { rows } = await pool.query<{ count: number }>(
      'SELECT count(*) FROM notification_service.deliveries WHERE workspace_id = $1',
      [ada.id],
    );
    return rows[0]?.count;
  };
  assert.equal(await countOf(), 5_000);
  clock.set('2026-01-16T00:00:00.000Z');
  await send('reminders', reminder(ada.id));
  assert.equal(await countOf(), 5_001);
  // Deliveries of a clock that was ahead are not those of today.
  await pool.query(
    `UPDATE notification_service.deliveries SET created_at = '2026-11-15T01:00:00Z' WHERE workspace_id = $1`,
    [ada.id],
  );
  await send('reminders', reminder(ada.id));
  assert.equal(await countOf(), 5_002);
});

test('additions of channels in one workspace hold one connection at most', async (t) => {
  const [ada, bob] = [await person(), await person()];
  const client = await pool.connect();
  t.after(() => client.release());
  await client.query('BEGIN');
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`channels of ${ada.id}`]);
  const add = (who: typeof ada, n: number) =>
    who.call('POST', '/api/v1/channels', { kind: 'ntfy', server: 'https://ntfy.example', topic: `t${n}` });
  const additions = Array.from({ length: 18 }, (_, n) => add(ada, n));
  const blocked = async () => {
    const { rows } = await pool.query<{ count: number }>(
      `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return rows[0]?.count;
  };
  await eventually(async () => (await blocked()) === 1);
  for (let n = 0; n < 5; n += 1) {
    assert.equal((await add(bob, n)).status, 201);
    assert.equal((await bob.call('GET', '/api/v1/channels')).status, 200);
  }
  assert.equal(await blocked(), 1);
  await client.query('COMMIT');
  for (const { status } of await Promise.all(additions)) assert.equal(status, 201);
});
