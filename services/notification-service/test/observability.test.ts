import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AddedChannel } from '@rondo/shared/contracts/notification';
import { openPool } from '@rondo/postgres/open-pool';
import { eventually } from '@rondo/shared/test/eventually';
import { startReceiver } from './channels/support/receiver.ts';
import {
  createTestClock,
  deliveriesOf,
  inboxOf,
  reminder,
  startNotifications,
} from './support/notifications.ts';

test('logs name what they are about, and no target and no secret; metrics count by channel', async (t) => {
  const lines: string[] = [];
  const { person, send, service } = await startNotifications(t, {
    logDestination: { write: (line: string) => void lines.push(line) },
    env: { LOG_LEVEL: 'trace' },
    clock: createTestClock('2026-03-01T10:00:02Z'),
  });
  const ada = await person();
  const answers = [204, 400];
  const receiver = await startReceiver(t, (response) => response.writeHead(answers.shift() ?? 204).end());
  const url = `${receiver.url}/secret-path`;
  const { body: hook } = await ada.call<AddedChannel>('POST', '/api/v1/channels', { kind: 'webhook', url });
  const one = reminder(ada.id);
  await send('reminders', one);
  await eventually(async () => (await deliveriesOf(ada, 'status=sent')).length === 2);
  await send('reminders', reminder(ada.id));
  await eventually(async () => (await deliveriesOf(ada, 'status=failed')).length === 1);
  const delivered = lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .find(({ message }) => message === 'a notification was delivered');
  assert.deepEqual(
    [delivered?.['workspace_id'], delivered?.['task_id'], delivered?.['notification_id']],
    [ada.id, one.task_id, one.event_id],
  );
  assert.doesNotMatch(lines.join(''), /secret-path|whsec_/);
  assert.ok(hook.signing_secret?.startsWith('whsec_'));
  await send('reminders', one);
  const metrics = await (await fetch(service.metrics_url)).text();
  assert.match(metrics, /^rondo_duplicate_events_total\{.*\} 1$/m);
  assert.match(metrics, /^rondo_notification_deliveries_total\{channel="webhook",status="sent",.*\} 1$/m);
  assert.match(metrics, /^rondo_notification_deliveries_total\{channel="webhook",status="failed",.*\} 1$/m);
  assert.match(
    metrics,
    /^rondo_notification_lateness_seconds_sum\{.*\} 4$/m,
    'two reminders, each two seconds late',
  );
});

test('what has had its time is removed at the start; what waits, and what is snoozed, is not', async (t) => {
  const clock = createTestClock('2025-01-01T10:00:00Z');
  const { person, send, startReplica, database_url: url } = await startNotifications(t, { clock });
  const ada = await person();
  const pool = openPool(url, 'notification test', 1);
  t.after(() => pool.end());
  const [old, kept] = [reminder(ada.id), reminder(ada.id)];
  await send('reminders', old, kept);
  await pool.query(
    `UPDATE notification_service.notifications SET snoozed_until = '2099-01-01' WHERE id = '${kept.event_id}'`,
  );
  await pool.query(
    `UPDATE notification_service.deliveries SET status = 'waiting', next_attempt_at = '2099-01-01', sent_at = NULL
     WHERE notification_id = '${kept.event_id}'`,
  );
  clock.set('2026-03-01T10:00:00Z');
  await startReplica();
  await eventually(async () => (await inboxOf(ada)).total === 0);
  const left = await pool.query<{ id: string }>('SELECT id FROM notification_service.notifications');
  assert.deepEqual(left.rows, [{ id: kept.event_id }]);
  assert.deepEqual(
    (await deliveriesOf(ada)).map(({ notification_id }) => notification_id),
    [kept.event_id],
  );
});
