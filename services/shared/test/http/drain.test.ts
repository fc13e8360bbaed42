import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test, type TestContext } from 'node:test';
import { Agent, request } from 'undici';
import type { HttpServer } from '../../src/http/http-server.ts';
import { defineService } from '../../src/define-service.ts';
import { eventually } from '../support/eventually.ts';
import { startTestService } from '../support/service.ts';

/** A service whose requests to `/slow` wait until the test resolves them. */
async function startSlowService(
  t: TestContext,
  env: Record<string, string> = {},
  prepare: (app: HttpServer) => void = () => undefined,
) {
  const waiting: (() => void)[] = [];
  const definition = defineService({
    name: 'slow-service',
    description: 'waits for its test',
    context: () => undefined,
    routes: [
      prepare,
      (app) => {
        app.get('/slow', { config: { public: true } }, async () => {
          await new Promise<void>((resolve) => waiting.push(resolve));
          return { done: true };
        });
        app.get('/fast', { config: { public: true } }, () => ({ done: true }));
      },
    ],
  });
  const { service } = await startTestService(t, definition, { env });
  const agent = new Agent({ connections: 1, keepAliveTimeout: 60_000 });
  t.after(() => agent.close());
  const ask = async (path: string) => {
    const { statusCode, headers, body } = await request(`${service.url}${path}`, { dispatcher: agent });
    await body.dump();
    return { status: statusCode, connection: headers['connection'] };
  };
  return { service, waiting, ask };
}

const isRefused = (url: string) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.once('connect', () => resolve(false)).once('error', () => resolve(true));
    socket.once('connect', () => socket.destroy());
  });

test('a stop answers requests under way, closes their connections, and does not wait for idle ones', async (t) => {
  const { service, waiting, ask } = await startSlowService(t);
  const underWay = ask('/slow');
  await eventually(() => waiting.length === 1);
  const stopped = service.stop();
  await eventually(() => isRefused(service.url));
  waiting[0]?.();
  assert.deepEqual(await underWay, { status: 200, connection: 'close' });
  // The keep-alive of 100 s would be longer than the test may take.
  await stopped;
});

test('a stop does not wait for connections that never sent a byte', async (t) => {
  const { service } = await startSlowService(t);
  const silent = connect(Number(new URL(service.url).port), '127.0.0.1');
  await once(silent, 'connect');
  const closed = once(silent.resume(), 'close');
  await service.stop();
  await closed;
});

test('a stopping service still accepts requests within DRAIN_SECONDS, and closes each connection', async (t) => {
  const { service, waiting, ask } = await startSlowService(t, { DRAIN_SECONDS: '1' });
  assert.equal((await ask('/fast')).connection, 'keep-alive');
  const stopped = service.stop();
  const answers = await Promise.all([ask('/fast'), ask('/fast'), ask('/fast')]);
  assert.deepEqual(
    answers,
    Array.from({ length: 3 }, () => ({ status: 200, connection: 'close' })),
  );
  const underWay = ask('/slow');
  await eventually(() => waiting.length === 1);
  await eventually(() => isRefused(service.url));
  waiting[0]?.();
  assert.equal((await underWay).status, 200);
  await stopped;
});

test('a request that comes while sockets are being closed is answered, not refused', async (t) => {
  const closing: (() => void)[] = [];
  const { service, ask } = await startSlowService(t, {}, (app) =>
    app.addHook('preClose', () => new Promise<void>((resolve) => closing.push(resolve))),
  );
  const stopped = service.stop();
  await eventually(() => closing.length === 1);
  assert.deepEqual(await ask('/fast'), { status: 200, connection: 'close' });
  closing[0]?.();
  await stopped;
});
