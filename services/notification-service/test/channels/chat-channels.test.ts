import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { AddedChannel, ChannelList, ChannelTest } from '@rondo/shared/contracts/notification';
import { openPool } from '@rondo/postgres/open-pool';
import { eventually } from '@rondo/shared/test/eventually';
import {
  gotifyToken,
  matrixToken,
  startDiscord,
  startGotify,
  startMatrix,
  startSlack,
  startTelegram,
  telegramToken,
} from '../support/chat-servers.ts';
import { deliveriesOf, reminder, startNotifications } from '../support/notifications.ts';

const t = { after };
const servers = {
  telegram: await startTelegram(t),
  gotify: await startGotify(t),
  matrix: await startMatrix(t),
  slack: await startSlack(t),
  discord: await startDiscord(t),
};
const log: string[] = [];
const {
  person,
  send,
  database_url: url,
} = await startNotifications(t, {
  env: { TELEGRAM_API_URL: servers.telegram.url, LOG_LEVEL: 'trace' },
  logDestination: { write: (line: string) => void log.push(line) },
});
const pool = openPool(url, 'notification test', 1);
after(() => pool.end());

const targets = {
  telegram: { kind: 'telegram', bot_token: telegramToken, chat_id: '-1001' },
  gotify: { kind: 'gotify', server: servers.gotify.url, token: gotifyToken },
  matrix: {
    kind: 'matrix',
    homeserver: servers.matrix.url,
    room_id: '!room:example.org',
    access_token: matrixToken,
  },
  slack: { kind: 'slack', url: servers.slack.url },
  discord: { kind: 'discord', url: servers.discord.url },
};
const kinds = Object.keys(targets) as (keyof typeof targets)[];
const secrets = [telegramToken, gotifyToken, matrixToken, 'services/T0/B0/secret', 'webhooks/1/secret'];

test('each chat can be added and tested, and gets reminders; its secrets are sealed, and neither shown nor logged', async () => {
  const ada = await person();
  const answers: unknown[] = [];
  for (const kind of kinds) {
    const added = await ada.call<AddedChannel>('POST', '/api/v1/channels', targets[kind]);
    assert.equal(added.status, 201, JSON.stringify(added.body));
    const tested = await ada.call<ChannelTest>('POST', `/api/v1/channels/${added.body.id}/test`);
    assert.deepEqual(tested.body, { status: 'sent', reason: null }, kind);
    assert.match(servers[kind].shown[0] ?? '', /Test message from Rondo/);
    answers.push(added.body, tested.body);
  }
  await send('reminders', reminder(ada.id));
  await eventually(() => kinds.every((kind) => servers[kind].shown.length === 2));
  for (const kind of kinds)
    assert.match(servers[kind].shown[1] ?? '', /Water the plants – 漢字 "quoted"[^]*Due Sun/);
  for (const { body } of kinds.flatMap((kind) => servers[kind].received))
    assert.doesNotMatch(
      body.toString(),
      /rondo\.example|Open in Rondo/,
      'there is no page of a task to link to',
    );
  answers.push((await ada.call<ChannelList>('GET', '/api/v1/channels')).body, await deliveriesOf(ada));
  const stored = await pool.query(
    'SELECT row_to_json(channel) FROM notification_service.channels channel UNION ALL SELECT row_to_json(delivery) FROM notification_service.deliveries delivery',
  );
  const text = [JSON.stringify(answers), JSON.stringify(stored.rows), ...log].join('\n');
  for (const secret of secrets) assert.ok(!text.includes(secret), secret);
});

test('a channel shows where it leads', async () => {
  const ada = await person();
  const labels = [];
  for (const kind of kinds)
    labels.push((await ada.call<AddedChannel>('POST', '/api/v1/channels', targets[kind])).body.label);
  const host = (kind: keyof typeof targets) => `127.0.0.1:${servers[kind].port}`;
  assert.deepEqual(labels, [
    'chat -1001',
    host('gotify'),
    `!room:example.org at ${host('matrix')}`,
    host('slack'),
    host('discord'),
  ]);
});

test('a new key of the same destination is the same channel', async () => {
  const ada = await person();
  for (const [target, renewed] of [
    [targets.telegram, { ...targets.telegram, bot_token: '123456:BBOtherOtherOtherOtherOther' }],
    [targets.matrix, { ...targets.matrix, access_token: 'syt_other' }],
  ]) {
    const first = await ada.call<AddedChannel>('POST', '/api/v1/channels', target);
    const again = await ada.call<AddedChannel>('POST', '/api/v1/channels', renewed);
    assert.deepEqual([first.status, again.status, again.body.id], [201, 200, first.body.id]);
  }
  const other = { ...targets.telegram, chat_id: '@rondo_reminders' };
  assert.equal((await ada.call('POST', '/api/v1/channels', other)).status, 201);
});

test('an invalid target is refused with the name of the field, and without its value', async () => {
  const ada = await person();
  for (const [target, field] of [
    [{ ...targets.telegram, bot_token: '123456:short/../getMe' }, 'bot_token'],
    [{ ...targets.telegram, chat_id: 'nobody-here' }, 'chat_id'],
    [{ ...targets.gotify, server: 'ftp://gotify.example' }, 'server'],
    [{ ...targets.gotify, token: 'a b' }, 'token'],
    [{ ...targets.matrix, homeserver: 'https://user:word@matrix.example' }, 'homeserver'],
    [{ ...targets.matrix, room_id: '#alias:example.org' }, 'room_id'],
    [{ ...targets.matrix, access_token: 'with a space' }, 'access_token'],
    [{ ...targets.slack, url: 'javascript:alert(1)' }, 'url'],
    [{ ...targets.discord, url: 'https://user@discord.example/' }, 'url'],
  ] as const) {
    const { status, body } = await ada.call('POST', '/api/v1/channels', target);
    assert.equal(status, 422, JSON.stringify(target));
    assert.match(JSON.stringify(body['errors']), new RegExp(`"${field}"`), JSON.stringify(body));
  }
});
