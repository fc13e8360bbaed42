/** A clock that is set back postpones nothing. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { openDatabase } from '@rondo/shared/database/database';
import { createLog } from '@rondo/shared/observability/log';
import { eventually } from '@rondo/shared/test/eventually';
import { bringForward } from '../src/deliveries/commands/bring-forward.ts';
import { claimDeliveries } from '../src/deliveries/commands/claim-deliveries.ts';
import { createDueChannels } from '../src/deliveries/queries/due-channels.ts';
import type { Tables } from '../src/store/tables.ts';
import {
  addWebhook,
  createTestClock,
  deliveriesOf,
  inboxOf,
  putSettings,
  reminder,
  startNotifications,
} from './support/notifications.ts';
import { startReceiver } from './support/receiver.ts';
import { taskChange } from './support/task-change.ts';

async function start(t: TestContext) {
  const clock = createTestClock('2026-03-02T12:00:00Z');
  return { ...(await startNotifications(t, { clock })), clock };
}

/** A person with a delivery that is due at 13:00, and no process that sends it. */
async function startWithoutProcess(t: TestContext) {
  const { person, send, clock, service, startReplica, database_url: url } = await start(t);
  const ada = await person();
  const receiver = await startReceiver(t);
  await addWebhook(ada, receiver.url);
  await putSettings(ada, { time_zone: 'UTC', quiet_hours: { from: '11:00', to: '13:00' } });
  await send('reminders', reminder(ada.id));
  await service.stop();
  const ctx = {
    database: openDatabase<Tables>(url, 'a process that dies'),
    clock,
    log: createLog('tests', 'silent'),
  };
  t.after(() => ctx.database.destroy());
  const dueChannels = createDueChannels(ctx);
  return {
    ctx,
    clock,
    receiver,
    startReplica,
    claim: async () => {
      const channels = await dueChannels([]);
      return claimDeliveries(ctx, { limit: 1, channels, busyChannels: [] });
    },
  };
}

test('a retry is not postponed', async (t) => {
  const { person, send, clock } = await start(t);
  const ada = await person();
  const answers = [500, 204];
  const receiver = await startReceiver(t, (response) => response.writeHead(answers.shift() ?? 204).end());
  await addWebhook(ada, receiver.url);
  await send('reminders', reminder(ada.id));
  await eventually(async () => (await deliveriesOf(ada, 'status=waiting'))[0]?.reason?.includes('500'));
  clock.set('2026-03-01T12:00:00Z');
  await eventually(() => receiver.received.length === 2);
  await eventually(async () => (await deliveriesOf(ada, 'status=waiting')).length === 0);
});

test('a lease is not prolonged, also if the clock is set back while no process runs', async (t) => {
  const { clock, claim, receiver, startReplica } = await startWithoutProcess(t);
  clock.set('2026-03-02T13:00:00Z');
  assert.equal((await claim()).claims.length, 1);
  clock.set('2026-02-27T14:00:00Z');
  await startReplica();
  await eventually(() => receiver.received.length === 1);
});

test('a lease that a clock which is a little ahead took is respected', async (t) => {
  const { clock, claim, ctx } = await startWithoutProcess(t);
  clock.set('2026-03-02T13:00:00Z');
  assert.equal((await claim()).claims.length, 1);
  clock.pass(-49_000);
  await bringForward(ctx);
  assert.deepEqual((await claim()).claims, []);
  clock.pass(-2_000);
  await bringForward(ctx);
  assert.equal((await claim()).claims.length, 1);
});

test('what waits for the end of quiet hours still waits for it', async (t) => {
  const { person, send, clock } = await start(t);
  clock.set('2026-03-03T22:30:00Z');
  const [ada, bob] = [await person(), await person()];
  const answers = [500, 204];
  const [quiet, loud] = [
    await startReceiver(t),
    await startReceiver(t, (response) => response.writeHead(answers.shift() ?? 204).end()),
  ];
  await addWebhook(ada, quiet.url);
  await addWebhook(bob, loud.url);
  await putSettings(ada, { time_zone: 'UTC', quiet_hours: { from: '22:00', to: '07:00' } });
  await send('reminders', reminder(ada.id), reminder(bob.id));
  await eventually(async () => (await deliveriesOf(bob, 'status=waiting'))[0]?.reason?.includes('500'));
  clock.set('2026-03-02T23:00:00Z');
  await eventually(async () => {
    const [held] = await deliveriesOf(ada, 'status=waiting');
    return held?.next_attempt_at === '2026-03-03T07:00:00.000Z' && held.attempts === 0;
  });
  await eventually(() => loud.received.length === 2);
  assert.equal(quiet.received.length, 0);
  clock.set('2026-03-03T07:00:00Z');
  await eventually(() => quiet.received.length === 1);
});

test('digests go on each day', async (t) => {
  const { person, send, clock } = await start(t);
  const ada = await person();
  await send('task-events', taskChange(ada.id, { title: 'Taxes', due_date: '2026-03-01' }));
  await putSettings(ada, { digest_at: '08:00' });
  const digests = async () => (await inboxOf(ada)).notifications.map(({ due_date: day }) => day);
  clock.set('2026-10-01T12:00:00Z');
  await eventually(async () => (await digests()).length === 1);
  clock.set('2026-03-02T13:00:00Z');
  await eventually(async () => (await digests()).length === 2);
  clock.set('2026-03-03T07:00:00Z');
  await eventually(async () => (await digests()).length === 3);
  assert.deepEqual(new Set(await digests()), new Set(['2026-03-02', '2026-03-03', '2026-10-01']));
});
