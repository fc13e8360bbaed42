import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openPool } from '@rondo/postgres/open-pool';
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
const { person, service, database_url } = await startNotifications(
  { after },
  { clock, secret: { 'smtp-url': mail.url, 'smtp-from': 'Rondo <rondo@rondo.example>' } },
);

const add = (who: TestPerson, address: string) =>
  who.call<AddedChannel>('POST', '/api/v1/channels', { kind: 'email', address });
const mailsTo = (address: string) => mail.mails.filter(({ to }) => to.includes(address));
const channelOf = async (who: TestPerson) =>
  (await who.call<ChannelList>('GET', '/api/v1/channels')).body.channels[0];
const confirmationsOf = async (who: TestPerson): Promise<Delivery[]> => deliveriesOf(who);

const linkIn = (address: string, purpose: string): string => {
  const raw = mailsTo(address).at(-1)?.raw ?? '';
  const text = raw.replaceAll(/=\r?\n/g, '').replaceAll('=3D', '=');
  const [, path] = new RegExp(`https://rondo\\.example(/${purpose}/[\\w.-]+)`).exec(text) ?? [];
  assert.ok(path, text);
  return path;
};
const post = async (path: string) => (await fetch(`${service.url}${path}`, { method: 'POST' })).status;

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
  assert.equal(await post(linkIn(address, 'confirm')), 200);
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

test('after the reader of an address unsubscribed, only a new confirmation turns its channel on', async () => {
  const ada = await person();
  const address = `${ada.id}@example.org`;
  const { body: added } = await add(ada, address);
  const path = `/api/v1/channels/${added.id}`;
  await eventually(() => mailsTo(address).length === 1);
  assert.equal(await post(linkIn(address, 'confirm')), 200);
  for (const isEnabled of [false, true])
    assert.equal(
      (await ada.call('PATCH', path, { is_enabled: isEnabled })).status,
      200,
      'as its owner likes',
    );
  assert.equal(await post(linkIn(address, 'unsubscribe')), 200);
  await ada.call('PATCH', path, { is_enabled: false });
  for (const [method, at, body] of [
    ['PATCH', path, { is_enabled: true }],
    ['POST', `${path}/test`, undefined],
  ] as const) {
    const refused = await ada.call<{ code: string }>(method, at, body);
    assert.deepEqual([refused.status, refused.body.code], [409, 'not-confirmed'], at);
  }
  assert.equal(mailsTo(address).length, 1);
  const again = await add(ada, address);
  assert.deepEqual([again.status, again.body.id, again.body.is_enabled], [200, added.id, false]);
  await eventually(() => mailsTo(address).length === 2);
  assert.equal(await post(linkIn(address, 'confirm')), 200);
  assert.equal((await channelOf(ada))?.is_enabled, true);
});

test('a channel that is turned on while its reader unsubscribes stays off', async () => {
  const ada = await person();
  const address = `${ada.id}@example.org`;
  const { body: added } = await add(ada, address);
  await eventually(() => mailsTo(address).length === 1);
  assert.equal(await post(linkIn(address, 'confirm')), 200);
  const pool = openPool(database_url, 'notification test', 1);
  after(() => pool.end());
  const reader = await pool.connect();
  await reader.query('BEGIN');
  // The unsubscription is not committed yet, so the change finds a confirmed channel and waits for its row.
  await reader.query(
    'UPDATE notification_service.channels SET is_enabled = false, confirmed_at = NULL WHERE id = $1',
    [added.id],
  );
  const turnedOn = ada.call<{ code: string }>('PATCH', `/api/v1/channels/${added.id}`, { is_enabled: true });
  await eventually(async () => {
    const { rowCount } = await reader.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return rowCount !== 0;
  });
  await reader.query('COMMIT');
  reader.release();
  const { status, body } = await turnedOn;
  assert.deepEqual([status, body.code], [409, 'not-confirmed']);
  assert.equal((await channelOf(ada))?.is_enabled, false);
});
