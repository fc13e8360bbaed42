import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPool } from '@rondo/postgres/open-pool';
import { eventually } from '@rondo/shared/test/eventually';
import {
  createTestClock,
  deliveriesOf,
  inboxOf,
  reminder,
  startNotifications,
} from '../support/notifications.ts';

test('old rows are deleted at the start; waiting deliveries and snoozed notifications are kept', async (t) => {
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
