import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { eventually } from '@rondo/shared/test/eventually';
import type { TestPerson } from '@rondo/shared/test/service';
import { lookupTurns } from '../../src/channels/transports/names/names.ts';
import { maxSends } from '../../src/deliveries/transports/send-limiter.ts';
import { startDns } from '../support/dns-server.ts';
import { addWebhook, deliveriesOf, reminder, startNotifications } from '../support/notifications.ts';
import { startReceiver } from '../support/receiver.ts';

const isHanging = (name: string) => name.endsWith('.hanging.example');
const dns = await startDns({ after }, (name) =>
  isHanging(name) ? 'silence' : name === 'good.example' ? ['127.0.0.1'] : 'unknown',
);
const { person, send } = await startNotifications({ after }, { env: { DNS_SERVERS: dns.address } });
const channels = 20;

async function addWebhooks(who: TestPerson, urlOf: (index: number) => string): Promise<void> {
  for (let index = 0; index < channels; index += 1) await addWebhook(who, urlOf(index));
}

test('one person with many names that never answer does not hold up others', async (t) => {
  const [ada, bob] = [await person(), await person()];
  const good = await startReceiver(t);
  await addWebhooks(ada, (index) => `https://${index}.hanging.example/hook`);
  await addWebhook(bob, `http://good.example:${good.port}/`);
  await send('reminders', ...Array.from({ length: 15 }, () => reminder(ada.id)));
  const hangingNames = () => new Set(dns.asked.filter(isHanging)).size;
  await eventually(() => hangingNames() >= lookupTurns.maxRunning);
  await send('reminders', reminder(bob.id));
  await eventually(() => good.received.length === 1);
  assert.equal(hangingNames(), lookupTurns.maxRunning, 'the first names still hang');
});

test('one person with many receivers that never answer does not take all sends', async (t) => {
  const [ada, bob] = [await person(), await person()];
  const good = await startReceiver(t);
  const hanging = await startReceiver(t, () => undefined);
  await addWebhooks(ada, (index) => `${hanging.url}/${index}`);
  await addWebhook(bob, good.url);
  await send('reminders', reminder(ada.id));
  await eventually(() => hanging.received.length >= maxSends.fast / 2);
  await send('reminders', reminder(bob.id));
  await eventually(() => good.received.length === 1);
  const started = (await deliveriesOf(ada)).filter(
    ({ channel_kind: kind, attempts }) => kind === 'webhook' && attempts > 0,
  );
  assert.ok(started.length <= maxSends.fast, `${started.length} of one person at a time`);
});
