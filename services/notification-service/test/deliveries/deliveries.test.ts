import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Compile } from 'typebox/compile';
import { Delivery, type ChannelList, type ChannelTest } from '@rondo/shared/contracts/notification';
import { eventually } from '@rondo/shared/test/eventually';
import type { TestPerson } from '@rondo/shared/test/service';
import { startReceiver } from '../support/receiver.ts';
import {
  addWebhook,
  deliveriesOf,
  inboxOf,
  minute,
  putSettings,
  reminder,
  startWithWarnings,
} from '../support/notifications.ts';

const { person, send, startReplica, clock, warnings, pool } = await startWithWarnings(
  { after },
  '2026-03-02T12:00:00Z',
);

const remoteOf = async (who: TestPerson, status?: string): Promise<Delivery[]> =>
  (await deliveriesOf(who, status ? `status=${status}` : '')).filter(
    ({ channel_kind }) => channel_kind !== 'in_app',
  );
const idsOf = (received: { body: Buffer }[]) =>
  received.map(({ body }) => (JSON.parse(body.toString()) as { id: string }).id);
const channelsOf = async (who: TestPerson) =>
  (await who.call<ChannelList>('GET', '/api/v1/channels')).body.channels;

test('a reminder is sent once to each channel, however often its event is delivered', async (t) => {
  const ada = await person();
  const receivers = [await startReceiver(t), await startReceiver(t)];
  for (const { url: to } of receivers) await addWebhook(ada, to);
  const one = reminder(ada.id);
  await Promise.all([send('reminders', one, one), send('reminders', one), send('reminders', one)]);
  await eventually(async () => (await remoteOf(ada, 'sent')).length === 2);
  assert.deepEqual(
    receivers.map(({ received }) => received.length),
    [1, 1],
  );
  const deliveries = await deliveriesOf(ada);
  assert.deepEqual(deliveries.map(({ channel_kind }) => channel_kind).toSorted(), [
    'in_app',
    'webhook',
    'webhook',
  ]);
  const sent = JSON.parse(receivers[0]?.received[0]?.body.toString() ?? '') as Record<string, unknown>;
  assert.equal(sent['type'], 'notification.reminder');
  assert.equal((sent['data'] as Record<string, unknown>)['task_id'], one.task_id);
});

test('many hanging receivers do not delay other channels', async (t) => {
  const hanging = await startReceiver(t, () => undefined);
  const stuck = await Promise.all(Array.from({ length: 20 }, async () => person()));
  for (const who of stuck) {
    await addWebhook(who, hanging.url);
    await send('reminders', reminder(who.id), reminder(who.id));
  }
  const quick = await startReceiver(t);
  const ada = await person();
  await addWebhook(ada, hanging.url);
  await addWebhook(ada, quick.url);
  await send('reminders', reminder(ada.id));
  // The hanging receivers take ten seconds to time out.
  await eventually(() => quick.received.length === 1, { timeout_ms: 5_000 });
  assert.equal((await inboxOf(ada)).unread, 1);
});

test('a failed delivery is retried until it is sent, and shows the reason', async (t) => {
  const ada = await person();
  const answers = [500, 503, 204];
  const receiver = await startReceiver(t, (response) => response.writeHead(answers.shift() ?? 204).end());
  await addWebhook(ada, receiver.url);
  await send('reminders', reminder(ada.id));
  for (const [attempt, code] of [
    [1, 500],
    [2, 503],
  ] as const) {
    const [waiting] = await eventually(async () => {
      const found = await remoteOf(ada, 'waiting');
      return found[0]?.attempts === attempt && found[0].reason?.includes(`${code}`) && found;
    });
    const pauseMs = Date.parse(waiting?.next_attempt_at ?? '') - clock.now().getTime();
    assert.ok(pauseMs >= 5_000 && pauseMs <= 20_000, `${pauseMs}`);
    clock.pass(pauseMs);
  }
  const [sent] = await eventually(async () => {
    const found = await remoteOf(ada, 'sent');
    return found.length === 1 && found;
  });
  assert.deepEqual([sent?.attempts, sent?.reason], [3, null]);
  assert.equal(new Set(idsOf(receiver.received)).size, 1, 'each attempt has the same id');
});

test('a permanent failure is not retried, and can be replayed', async (t) => {
  const ada = await person();
  let code = 400;
  const receiver = await startReceiver(t, (response) => response.writeHead(code).end());
  await addWebhook(ada, receiver.url);
  await send('reminders', reminder(ada.id));
  const [failed] = await eventually(async () => {
    const found = await remoteOf(ada, 'failed');
    return found.length === 1 && found;
  });
  assert.deepEqual([failed?.attempts, failed?.next_attempt_at], [1, null]);
  assert.match(failed?.reason ?? '', /400/);
  code = 204;
  const replay = await ada.call<Delivery>('POST', `/api/v1/deliveries/${failed?.id}/replay`);
  assert.deepEqual([replay.status, replay.body.status, replay.body.reason], [200, 'waiting', null]);
  assert.ok(Compile(Delivery).Check(replay.body), 'an answer as it is described');
  await eventually(async () => (await remoteOf(ada, 'sent')).length === 1);
  await ada.call('POST', `/api/v1/deliveries/${failed?.id}/replay`);
  await eventually(() => receiver.received.length === 3);
  assert.equal(new Set(idsOf(receiver.received)).size, 1);
});

test('410 turns the channel off and fails its waiting deliveries with the reason', async (t) => {
  const ada = await person();
  let code = 500;
  const receiver = await startReceiver(t, (response) => response.writeHead(code).end());
  const { id } = await addWebhook(ada, receiver.url);
  await send('reminders', reminder(ada.id), reminder(ada.id));
  await eventually(async () => (await remoteOf(ada, 'waiting')).every(({ reason }) => reason !== null));
  code = 410;
  clock.pass(minute);
  await eventually(async () => (await remoteOf(ada, 'failed')).length === 2);
  const [channel] = await channelsOf(ada);
  assert.deepEqual([channel?.id, channel?.is_enabled], [id, false]);
  assert.match(channel?.disabled_reason ?? '', /410/);
  assert.ok((await remoteOf(ada, 'failed')).every(({ reason }) => reason?.includes('410')));
  const asked = receiver.received.length;
  await send('reminders', reminder(ada.id));
  assert.equal((await remoteOf(ada)).length, 2, 'a channel that is off gets no deliveries');
  const on = await ada.call('PATCH', `/api/v1/channels/${id}`, { is_enabled: true });
  assert.deepEqual([on.body['is_enabled'], on.body['disabled_reason']], [true, null]);
  code = 204;
  await send('reminders', reminder(ada.id));
  await eventually(() => receiver.received.length === asked + 1);
});

test('quiet hours postpone every channel except the inbox until they end', async (t) => {
  clock.set('2026-03-03T22:30:00Z');
  const ada = await person();
  const receiver = await startReceiver(t);
  const { id } = await addWebhook(ada, receiver.url);
  await putSettings(ada, { quiet_hours: { from: '22:00', to: '07:00' } });
  await send('reminders', reminder(ada.id));
  assert.equal((await inboxOf(ada)).unread, 1);
  const [held] = await remoteOf(ada, 'waiting');
  assert.deepEqual([held?.next_attempt_at, held?.attempts], ['2026-03-04T06:00:00.000Z', 0]);
  const test = await ada.call<ChannelTest>('POST', `/api/v1/channels/${id}/test`);
  assert.deepEqual(test.body, { status: 'sent', reason: null }, 'a test ignores quiet hours');
  // New settings are applied to waiting deliveries: still quiet, but an hour shorter.
  await putSettings(ada, { quiet_hours: { from: '22:00', to: '06:00' } });
  await eventually(
    async () => (await remoteOf(ada, 'waiting'))[0]?.next_attempt_at === '2026-03-04T05:00:00.000Z',
  );
  assert.deepEqual([(await remoteOf(ada, 'waiting'))[0]?.attempts, receiver.received.length], [0, 1]);
  clock.set('2026-03-04T05:00:00Z');
  await eventually(() => receiver.received.length === 2);
});

test('a delivery whose outcome was not recorded is sent again when its lease ends, with the same id', async (t) => {
  const ada = await person();
  const receiver = await startReceiver(t);
  await addWebhook(ada, receiver.url);
  // Simulates a process that dies between sending and recording.
  await pool.query(
    `ALTER TABLE notification_service.deliveries ADD CONSTRAINT died CHECK (status <> 'sent' OR workspace_id <> '${ada.id}' OR channel_id IS NULL)`,
  );
  await send('reminders', reminder(ada.id));
  await eventually(() =>
    warnings.some((line) => /could not be recorded/.test(line) && line.includes(ada.id)),
  );
  assert.equal(receiver.received.length, 1);
  await pool.query('ALTER TABLE notification_service.deliveries DROP CONSTRAINT died');
  const [claimed] = await remoteOf(ada, 'waiting');
  assert.equal(Date.parse(claimed?.next_attempt_at ?? ''), clock.now().getTime() + minute);
  clock.pass(minute - 1_000);
  await send('reminders', reminder(ada.id));
  await eventually(() => receiver.received.length === 2, { what: 'the other reminder' });
  clock.pass(1_000);
  await eventually(() => receiver.received.length === 3);
  const [first, other, again] = idsOf(receiver.received);
  assert.equal(first, again);
  assert.notEqual(first, other);
  await eventually(async () => (await remoteOf(ada, 'sent')).length === 2);
});

test('two replicas send each delivery once', async (t) => {
  await startReplica();
  const people = await Promise.all(Array.from({ length: 10 }, async () => person()));
  const receivers = await Promise.all(people.map(async () => startReceiver(t)));
  for (const [index, who] of people.entries()) await addWebhook(who, receivers[index]?.url ?? '');
  const events = people.flatMap((who) => Array.from({ length: 20 }, () => reminder(who.id)));
  await Promise.all([send('reminders', ...events.slice(0, 120)), send('reminders', ...events.slice(80))]);
  await eventually(() => receivers.every(({ received }) => received.length >= 20), { timeout_ms: 30_000 });
  await eventually(
    async () => (await Promise.all(people.map((who) => remoteOf(who, 'sent')))).flat().length === 200,
  );
  for (const { received } of receivers)
    assert.deepEqual([received.length, new Set(idsOf(received)).size], [20, 20]);
});
