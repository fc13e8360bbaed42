import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createNtfyChannel } from '../../../src/channels/transports/ntfy.ts';
import { aMessage, attempt } from '../../support/message.ts';
import { openHttp, startReceiver } from '../../support/receiver.ts';

describe('the ntfy channel', () => {
  test('publishes JSON to the root of the server with the topic as a field', async (t) => {
    const server = await startReceiver(t, (response) => response.writeHead(200).end('{}'));
    const ntfy = createNtfyChannel({ http: openHttp(t) });
    const target = { server: `${server.url}/`, topic: 'my-topic', token: 'tk_secret' };
    assert.deepEqual(await ntfy.send(aMessage(), target, attempt), { status: 'sent' });
    const [request] = server.received;
    assert.ok(request);
    assert.equal(request.path, '/');
    assert.equal(request.headers.authorization, 'Bearer tk_secret');
    assert.deepEqual(JSON.parse(request.body.toString()), {
      topic: 'my-topic',
      title: 'Water the plants',
      message: 'Due today at 18:00.',
      priority: 4,
      tags: ['alarm_clock'],
      click: aMessage().url,
    });
  });

  test('works without a token and without a link', async (t) => {
    const server = await startReceiver(t);
    const ntfy = createNtfyChannel({ http: openHttp(t) });
    await ntfy.send(aMessage({ kind: 'digest', url: null }), { server: server.url, topic: 'a' }, attempt);
    const [request] = server.received;
    assert.equal(request?.headers.authorization, undefined);
    const published = JSON.parse(request?.body.toString() ?? '') as Record<string, unknown>;
    assert.equal('click' in published, false);
    assert.equal(published['priority'], 3);
  });

  test('truncates a message that ntfy would turn into an attachment', async (t) => {
    const server = await startReceiver(t);
    const ntfy = createNtfyChannel({ http: openHttp(t) });
    const body = '🌱'.repeat(3_000);
    await ntfy.send(aMessage({ body }), { server: server.url, topic: 'a' }, attempt);
    const { message } = JSON.parse(server.received[0]?.body.toString() ?? '') as { message: string };
    assert.ok(Buffer.byteLength(message) <= 4_000);
    assert.match(message, /^🌱{900,}…$/u);
  });

  const answers: [code: number, isPermanent: boolean][] = [
    [401, true],
    [403, true],
    [429, false],
    [507, false],
  ];
  for (const [code, isPermanent] of answers)
    test(`treats ${code} as ${isPermanent ? 'permanent' : 'temporary'}`, async (t) => {
      const server = await startReceiver(t, (response) => response.writeHead(code).end());
      const ntfy = createNtfyChannel({ http: openHttp(t) });
      const outcome = await ntfy.send(aMessage(), { server: server.url, topic: 'a' }, attempt);
      assert.deepEqual(outcome, {
        status: 'failed',
        reason: `The receiver answered ${code}.`,
        isPermanent: isPermanent,
        ...(isPermanent ? { isRefused: true } : {}),
      });
    });

  test('refuses an invalid server and a private address', async (t) => {
    const inside = await startReceiver(t);
    const ntfy = createNtfyChannel({ http: openHttp(t, 1_000, false) });
    for (const server of ['', 'ntfy.sh', inside.url]) {
      const outcome = await ntfy.send(aMessage(), { server, topic: 'a' }, attempt);
      assert.equal(outcome.status === 'failed' && outcome.isPermanent, true);
    }
    assert.deepEqual(inside.received, []);
  });
});
