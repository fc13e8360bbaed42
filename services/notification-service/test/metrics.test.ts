import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AddedChannel } from '@rondo/shared/contracts/notification';
import { eventually } from '@rondo/shared/test/eventually';
import { startReceiver } from './support/receiver.ts';
import { createTestClock, deliveriesOf, reminder, startNotifications } from './support/notifications.ts';

test('logs contain ids but no target and no secret; metrics count deliveries by channel', async (t) => {
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
  const metrics = await (await fetch(service.metricsUrl)).text();
  assert.match(metrics, /^rondo_duplicate_events_total\{.*\} 1$/m);
  assert.match(metrics, /^rondo_notification_deliveries_total\{channel="webhook",status="sent",.*\} 1$/m);
  assert.match(metrics, /^rondo_notification_deliveries_total\{channel="webhook",status="failed",.*\} 1$/m);
  assert.match(
    metrics,
    /^rondo_notification_lateness_seconds_sum\{.*\} 4$/m,
    'two reminders, each two seconds late',
  );
});
