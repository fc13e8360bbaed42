import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import Fastify, { type FastifyReply } from 'fastify';
import { endClosedRequests, refuseIfClosed, signalOfClient } from '../../src/http/closed-clients.ts';
import { onceClosed } from '../../src/http/once-closed.ts';
import { eventually } from '../support/eventually.ts';

const stages = ['onRequest', 'preParsing', 'preValidation', 'preHandler'] as const;

/** Opens a server with a hook that waits, before a handler. */
async function open(t: TestContext, stage: (typeof stages)[number]) {
  const app = Fastify();
  endClosedRequests(app);
  const seen = { waiting: [] as ServerResponse[], handled: 0, ended: 0 };
  const waited = Promise.withResolvers<void>();
  app.addHook(stage, async (_request: unknown, { raw }: FastifyReply) => {
    seen.waiting.push(raw);
    await waited.promise;
  });
  app.addHook('onSend', async () => void (seen.ended += 1));
  app.route({ method: ['GET', 'POST'], url: '/', handler: () => `handled ${(seen.handled += 1)}` });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  t.after(() => app.close());
  return { url, seen, endWait: waited.resolve };
}

for (const stage of stages)
  for (const method of ['GET', 'POST'])
    test(`a ${method} whose client goes while ${stage} waits ends without its handler, and the next one is answered`, async (t) => {
      const { url, seen, endWait } = await open(t, stage);
      const client = connect(Number(new URL(url).port), '127.0.0.1');
      const body = method === 'GET' ? '' : 'content-type: application/json\r\ncontent-length: 2\r\n\r\n{}';
      client.write(`${method} / HTTP/1.1\r\nhost: localhost\r\n${body || '\r\n'}`);
      await eventually(() => seen.waiting.length === 1);
      client.destroy();
      await eventually(() => seen.waiting[0]?.closed);
      endWait();
      await eventually(() => seen.ended === 1);
      assert.equal(seen.handled, 0);
      assert.equal(await (await fetch(url)).text(), 'handled 1');
    });

/** Answers that a server has begun, each with its client. */
async function openAnswer(t: TestContext) {
  const answers: ServerResponse[] = [];
  const server = createServer((_request, response) => answers.push(response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const leaving = new AbortController();
  const { port } = server.address() as AddressInfo;
  const asked = fetch(`http://127.0.0.1:${port}`, { signal: leaving.signal }).then((answer) => answer.text());
  asked.catch(() => undefined);
  await eventually(() => answers.length === 1);
  const [answer] = answers as [ServerResponse];
  const leave = async () => {
    leaving.abort();
    await eventually(() => answer.closed);
  };
  return { answer, asked, leave };
}

test('what is held for an answer is released once: when it closes, or at once if it has closed', async (t) => {
  const { answer, leave } = await openAnswer(t);
  let released = 0;
  const release = () => void (released += 1);
  onceClosed(answer, release);
  assert.equal(released, 0);
  await leave();
  assert.equal(released, 1);
  onceClosed(answer, release);
  assert.equal(released, 2);
});

test('an answer that holds much has one listener for it, and releases all in order', async (t) => {
  const { answer, leave } = await openAnswer(t);
  const before = answer.listenerCount('close');
  const released: number[] = [];
  for (let nth = 0; nth < 20; nth += 1) onceClosed(answer, () => void released.push(nth));
  assert.equal(answer.listenerCount('close'), before + 1);
  await leave();
  assert.deepEqual(
    released,
    Array.from({ length: 20 }, (_, nth) => nth),
  );
});

test('the signal of a client aborts when it goes, also if that is known only later', async (t) => {
  const [early, late] = [await openAnswer(t), await openAnswer(t)];
  const signal = signalOfClient(early.answer);
  assert.equal(signal, signalOfClient(early.answer));
  refuseIfClosed(early.answer);
  await early.leave();
  await late.leave();
  for (const { aborted, reason } of [signal, signalOfClient(late.answer)])
    assert.deepEqual([aborted, (reason as { code: string }).code], [true, 'bad-request']);
  assert.throws(() => refuseIfClosed(late.answer), /The client has gone/);
});

test('the signal of a client that has its whole answer does not abort', async (t) => {
  const { answer, asked } = await openAnswer(t);
  const signal = signalOfClient(answer);
  answer.end('all');
  assert.equal(await asked, 'all');
  await eventually(() => answer.closed);
  assert.equal(signal.aborted, false);
});
