import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { Channel, Outcome } from '../../../src/channels/domain/channel.ts';
import { createDiscordChannel } from '../../../src/channels/transports/discord.ts';
import { createGotifyChannel } from '../../../src/channels/transports/gotify.ts';
import type { GuardedFetch } from '../../../src/channels/transports/guarded-fetch.ts';
import { createMatrixChannel } from '../../../src/channels/transports/matrix.ts';
import { createSlackChannel } from '../../../src/channels/transports/slack.ts';
import { createTelegramChannel } from '../../../src/channels/transports/telegram.ts';
import {
  gotifyToken,
  matrixToken,
  startDiscord,
  startGotify,
  startMatrix,
  startSlack,
  startTelegram,
  telegramToken,
  type ChatServer,
} from '../../support/chat-servers.ts';
import { aMessage, attempt } from '../../support/message.ts';
import { openHttp, startReceiver } from '../../support/receiver.ts';

type Chat = {
  start(t: TestContext): Promise<ChatServer>;
  /** A channel to a server, and its target. */
  open(
    http: GuardedFetch,
    url: string,
  ): (message: Parameters<Channel<unknown>['send']>[0]) => Promise<Outcome>;
};

const to =
  <Target>(channel: Channel<Target>, target: Target): ReturnType<Chat['open']> =>
  (message) =>
    channel.send(message, target, attempt);

const chats: Record<string, Chat> = {
  telegram: {
    start: startTelegram,
    open: (http, url) =>
      to(createTelegramChannel({ http, apiUrl: url }), { bot_token: telegramToken, chat_id: '-1001' }),
  },
  gotify: {
    start: startGotify,
    open: (http, url) => to(createGotifyChannel({ http }), { server: url, token: gotifyToken }),
  },
  matrix: {
    start: startMatrix,
    open: (http, url) =>
      to(createMatrixChannel({ http }), {
        homeserver: url,
        room_id: '!room:example.org',
        access_token: matrixToken,
      }),
  },
  slack: { start: startSlack, open: (http, url) => to(createSlackChannel({ http }), { url }) },
  discord: { start: startDiscord, open: (http, url) => to(createDiscordChannel({ http }), { url }) },
};

/** Titles and bodies that a chat would take for formatting, mentions or commands. */
const strange = [
  '@everyone and @here, <!channel>, <@U012AB3CD>, <@&123>, <#C01>',
  '<b>bold</b> & <a href="https://evil.example">link</a> &lt; "quoted" \'single\'',
  '*a* _b_ ~c~ `d` ||e|| __f__ # g > h [i](https://evil.example) \\ - j :smile:',
  '</b></a><script>alert(1)</script>',
  '漢字 🌱 ünïcödé',
];

for (const [name, { start, open }] of Object.entries(chats))
  describe(`the ${name} channel`, () => {
    test('sends title, body and link', async (t) => {
      const server = await start(t);
      assert.deepEqual(await open(openHttp(t), server.url)(aMessage()), { status: 'sent' });
      assert.equal(server.shown.length, 1);
      assert.match(server.shown[0] ?? '', /Water the plants[^]*Due today at 18:00\./);
      assert.ok(server.received[0]?.body.includes(aMessage().url ?? ''), 'the link is in the request');
    });

    test('works without a body and without a link', async (t) => {
      const server = await start(t);
      const outcome = await open(openHttp(t), server.url)(aMessage({ body: '', url: null, kind: 'digest' }));
      assert.deepEqual(outcome, { status: 'sent' });
    });

    for (const text of strange)
      test(`shows ${JSON.stringify(text)} as it is written, and mentions nobody`, async (t) => {
        const server = await start(t);
        const outcome = await open(
          openHttp(t),
          server.url,
        )(aMessage({ title: text, body: `${text}\n${text}` }));
        assert.deepEqual(outcome, { status: 'sent' });
        const [shown = ''] = server.shown;
        assert.equal(shown.replaceAll('\u200B', '').split(text).length, 4, shown);
        if (name !== 'gotify') assert.doesNotMatch(shown, /@everyone|@here|@U012/);
      });

    for (const [what, title, body] of [
      ['a long body', 'Title', 'word & <word> *word* '.repeat(4_000)],
      ['a long title', '<T>'.repeat(5_000), 'Body'],
      ['multi-byte characters', '🌱'.repeat(2_000), '🪴'.repeat(20_000)],
    ] as const)
      test(`cuts ${what} to what the receiver takes`, async (t) => {
        const server = await start(t);
        const outcome = await open(openHttp(t), server.url)(aMessage({ title, body }));
        assert.deepEqual(outcome, { status: 'sent' });
        assert.match(server.shown[0] ?? '', /…/);
        assert.ok(server.shown[0]?.isWellFormed());
        if (what === 'a long body')
          assert.ok((server.shown[0]?.length ?? 0) > 1_200, 'no more than necessary');
      });

    for (const [code, isPermanent] of [
      [400, true],
      [401, true],
      [403, true],
      [404, false],
      [429, false],
      [500, false],
    ] as const)
      test(`treats ${code} as ${isPermanent ? 'permanent' : 'passing'}, and waits as long as it says`, async (t) => {
        const server = await startReceiver(t, (response) =>
          response.writeHead(code, { 'retry-after': '30' }).end('{"description":"secret detail"}'),
        );
        const outcome = await open(openHttp(t), server.url)(aMessage());
        assert.equal(outcome.status, 'failed');
        assert.deepEqual(
          [outcome.isPermanent, outcome.retryAfterMs],
          [isPermanent, isPermanent ? undefined : 30_000],
        );
        assert.equal(
          outcome.reason,
          `The receiver answered ${code}.`,
          'no secret of the target or the answer',
        );
      });

    test('refuses a private address and a redirect, and keeps its secrets out of the reason', async (t) => {
      const inside = await start(t);
      const refused = await open(openHttp(t, 1_000, false), inside.url)(aMessage());
      assert.equal(refused.status === 'failed' && refused.isPermanent, true);
      const redirecting = await startReceiver(t, (response) =>
        response.writeHead(307, { location: inside.url }).end(),
      );
      const redirected = await open(openHttp(t), redirecting.url)(aMessage());
      assert.equal(redirected.status === 'failed' && redirected.isPermanent, true);
      assert.deepEqual(inside.received, []);
      const text = JSON.stringify([refused, redirected]);
      for (const secret of [telegramToken, gotifyToken, matrixToken, '/secret'])
        assert.ok(!text.includes(secret), text);
    });

    test('fails without an answer, to be retried', async (t) => {
      const silent = await startReceiver(t, () => undefined);
      const outcome = await open(openHttp(t, 200), silent.url)(aMessage());
      assert.equal(outcome.status === 'failed' && !outcome.isPermanent, true);
    });
  });

describe('what a chat knows of repetitions and of its end', () => {
  test('Matrix shows a message that is sent twice once: the transaction has the id of the message', async (t) => {
    const server = await startMatrix(t);
    const send = chats['matrix']?.open(openHttp(t), server.url);
    await send?.(aMessage());
    await send?.(aMessage());
    assert.deepEqual([server.received.length, server.shown.length], [2, 1]);
    await send?.(aMessage({ id: '0196c000-0000-7000-8000-0000000000ff' }));
    assert.equal(server.shown.length, 2);
  });

  test('an archived channel of Slack is gone', async (t) => {
    const server = await startSlack(t);
    const slack = createSlackChannel({ http: openHttp(t) });
    const url = server.url.replace('T0/B0/secret', 'archived');
    const outcome = await slack.send(aMessage(), { url }, attempt);
    assert.equal(outcome.status === 'failed' && outcome.isGone, true);
  });

  test('a bot of Telegram that was blocked is refused', async (t) => {
    const server = await startTelegram(t);
    const telegram = createTelegramChannel({ http: openHttp(t), apiUrl: `${server.url}/` });
    const outcome = await telegram.send(aMessage(), { bot_token: telegramToken, chat_id: '403' }, attempt);
    assert.deepEqual(outcome, {
      status: 'failed',
      reason: 'The receiver answered 403.',
      isPermanent: true,
      isRefused: true,
    });
  });

  test('a priority of Gotify tells a reminder from a digest', async (t) => {
    const server = await startGotify(t);
    const send = chats['gotify']?.open(openHttp(t), server.url);
    for (const kind of ['reminder', 'digest'] as const) await send?.(aMessage({ kind }));
    const sent = server.received.map(
      ({ body }) => JSON.parse(body.toString()) as { priority: number; extras: object },
    );
    assert.deepEqual(
      sent.map(({ priority }) => priority),
      [8, 5],
    );
    assert.deepEqual(sent[0]?.extras, {
      'client::display': { contentType: 'text/plain' },
      'client::notification': { click: { url: aMessage().url } },
    });
  });

  test('an invalid address is a permanent failure', async (t) => {
    const http = openHttp(t);
    for (const outcome of [
      await createGotifyChannel({ http }).send(aMessage(), { server: '', token: 'a' }, attempt),
      await createMatrixChannel({ http }).send(
        aMessage(),
        { homeserver: 'matrix', room_id: '!a:b', access_token: 'a' },
        attempt,
      ),
    ])
      assert.equal(outcome.status === 'failed' && outcome.isPermanent, true);
  });
});
