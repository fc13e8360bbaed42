import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { AddedChannel, ChannelList, Delivery } from '@rondo/shared/contracts/notification';
import { eventually } from '@rondo/shared/test/eventually';
import type { TestPerson } from '@rondo/shared/test/service';
import { refusal, startMailServer } from '../support/mail-server.ts';
import {
  createTestClock,
  deliveriesOf,
  minute,
  putSettings,
  startNotifications,
} from '../support/notifications.ts';

const clock = createTestClock('2026-03-02T12:00:00Z');
/** What RCPT answers to an address; it is accepted if there is nothing left. */
const answers = new Map<string, Error[]>();
const mail = await startMailServer(
  { after },
  { onRcptTo: ({ address }, _session, callback) => callback(answers.get(address)?.shift() ?? null) },
);
const { person, service } = await startNotifications(
  { after },
  { clock, secret: { 'smtp-url': mail.url, 'smtp-from': 'Rondo <rondo@rondo.example>' } },
);

const add = (who: TestPerson, address: string) =>
  who.call<AddedChannel>('POST', '/api/v1/channels', { kind: 'email', address });
const mailsTo = (address: string) => mail.mails.filter(({ to }) => to.includes(address));
const channelOf = async (who: TestPerson) =>
  (await who.call<ChannelList>('GET', '/api/v1/channels')).body.channels[0];
const confirmationsOf = async (who: TestPerson): Promise<Delivery[]> => deliveriesOf(who);

test('a confirmation that is greylisted is sent again, and its link works', async () => {
  const ada = await person();
  const address = `${ada.id}@example.org`;
  answers.set(address, [refusal(451, '4.7.1 Greylisted'), refusal(451, '4.7.1 Greylisted')]);
  assert.equal((await add(ada, address)).status, 201);
  for (const attempt of [1, 2]) {
    const [waiting] = await eventually(async () => {
      const found = await confirmationsOf(ada);
      return found[0]?.attempts === attempt && found[0].reason?.includes('Greylisted') && found;
    });
    assert.equal(waiting?.status, 'waiting');
    assert.equal(mailsTo(address).length, 0);
    clock.pass(minute);
  }
  const [sent] = await eventually(async () => {
    const found = await confirmationsOf(ada);
    return found[0]?.status === 'sent' && found;
  });
  assert.deepEqual([sent?.attempts, mailsTo(address).length], [3, 1]);
  const text =
    mailsTo(address)[0]
      ?.raw.replaceAll(/=\r?\n/g, '')
      .replaceAll('=3D', '=') ?? '';
  const [, path] = /https:\/\/rondo\.example(\/confirm\/[\w.-]+)/.exec(text) ?? [];
  assert.equal((await fetch(`${service.url}${path}`, { method: 'POST' })).status, 200);
  assert.equal((await channelOf(ada))?.is_enabled, true);
});

test('a confirmation is sent in quiet hours: a person waits for it', async () => {
  const ada = await person();
  await putSettings(ada, { quiet_hours: { from: '00:00', to: '23:59' } });
  await add(ada, `${ada.id}@example.org`);
  await eventually(() => mailsTo(`${ada.id}@example.org`).length === 1);
});

test('an address that does not exist is turned off, and one that is refused says so', async () => {
  for (const [answer, expected] of [
    [refusal(550, '5.1.1 No such user'), /5\.1\.1 No such user/],
    [refusal(554, '5.7.1 Rejected by policy'), /The confirmation e-mail was not sent\..*5\.7\.1/],
  ] as const) {
    const ada = await person();
    const address = `${ada.id}@example.org`;
    answers.set(address, [answer]);
    await add(ada, address);
    await eventually(async () => expected.test((await channelOf(ada))?.disabled_reason ?? ''));
    assert.equal((await confirmationsOf(ada))[0]?.status, 'failed');
    await add(ada, address);
    await eventually(() => mailsTo(address).length === 1);
    assert.match((await channelOf(ada))?.disabled_reason ?? '', /^Waiting/);
  }
});

test('adding an address again while its confirmation waits sends one e-mail', async () => {
  const ada = await person();
  const address = `${ada.id}@example.org`;
  answers.set(address, [refusal(451, '4.7.1 Greylisted')]);
  await add(ada, address);
  await eventually(async () => (await confirmationsOf(ada))[0]?.reason?.includes('Greylisted'));
  clock.pass(1);
  assert.equal((await add(ada, address)).status, 200);
  await eventually(() => mailsTo(address).length === 1);
  clock.pass(minute);
  await eventually(async () => (await confirmationsOf(ada)).some(({ reason }) => reason === 'merged'));
  assert.equal(mailsTo(address).length, 1);
});

test('a confirmation that waits is cancelled once the address is confirmed', async () => {
  const ada = await person();
  const address = `${ada.id}@example.org`;
  await add(ada, address);
  await eventually(() => mailsTo(address).length === 1);
  answers.set(address, [refusal(451, '4.7.1 Greylisted')]);
  clock.pass(1);
  await add(ada, address);
  await eventually(async () => (await confirmationsOf(ada))[0]?.reason?.includes('Greylisted'));
  const text =
    mailsTo(address)[0]
      ?.raw.replaceAll(/=\r?\n/g, '')
      .replaceAll('=3D', '=') ?? '';
  const [, path] = /https:\/\/rondo\.example(\/confirm\/[\w.-]+)/.exec(text) ?? [];
  await fetch(`${service.url}${path}`, { method: 'POST' });
  clock.pass(minute);
  await eventually(async () => (await confirmationsOf(ada)).some(({ reason }) => reason === 'confirmed'));
  assert.equal(mailsTo(address).length, 1);
});

test('a confirmation cannot be replayed: the limit of a day holds for all ways', async () => {
  const ada = await person();
  const address = `${ada.id}@example.org`;
  await add(ada, address);
  await eventually(() => mailsTo(address).length === 1);
  const [delivery] = await confirmationsOf(ada);
  const replay = await ada.call('POST', `/api/v1/deliveries/${delivery?.id}/replay`);
  assert.deepEqual([replay.status, replay.body['code']], [409, 'not-replayable']);
  assert.equal(mailsTo(address).length, 1);
});

test('ten confirmations a day are planned, even if they are requested at the same time, and the refused channel is not added', async () => {
  const ada = await person();
  const added = await Promise.all(
    Array.from({ length: 13 }, (_, n) => add(ada, `${n}.${ada.id}@example.org`)),
  );
  assert.deepEqual(
    added.map(({ status }) => status).toSorted((one, other) => one - other),
    [...Array.from({ length: 10 }, () => 201), 429, 429, 429],
  );
  const { channels } = (await ada.call<ChannelList>('GET', '/api/v1/channels')).body;
  assert.equal(channels.length, 10);
});
