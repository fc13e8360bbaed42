import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  createSendLimiter,
  maxSends,
  maxSendsOfWorkspace,
} from '../../src/deliveries/transports/send-limiter.ts';

function start() {
  const limiter = createSendLimiter(() => undefined);
  const ends: (() => void)[] = [];
  let channels = 0;
  return {
    limiter,
    send(workspaceId: string, count = 1) {
      for (let index = 0; index < count; index += 1) {
        const { promise, resolve } = Promise.withResolvers<void>();
        ends.push(resolve);
        limiter.run({ channelId: `${channels++}`, workspaceId }, () => promise);
      }
    },
    async endAll() {
      for (const end of ends) end();
      await limiter.idle();
    },
  };
}

describe('the limit of concurrent sends', () => {
  test('leaves most fast sends to others, however many one workspace has', async () => {
    const { limiter, send, endAll } = start();
    send('ada', 20);
    assert.equal(limiter.free(), maxSends.fast - maxSendsOfWorkspace.fast);
    send('bob');
    assert.equal(limiter.free(), maxSends.fast - maxSendsOfWorkspace.fast - 1);
    assert.equal(limiter.busyChannels().length, 21);
    await endAll();
    assert.deepEqual([limiter.free(), limiter.busyChannels()], [maxSends.fast, []]);
  });

  test('says that a workspace is busy until it has fewer sends than it may', async () => {
    const { limiter, send, endAll } = start();
    send('ada', maxSendsOfWorkspace.all - 1);
    send('bob');
    assert.deepEqual(limiter.busyWorkspaces(), []);
    send('ada');
    assert.deepEqual(limiter.busyWorkspaces(), ['ada']);
    await endAll();
    assert.deepEqual(limiter.busyWorkspaces(), []);
  });

  test('counts the sends of all workspaces', async () => {
    const { limiter, send, endAll } = start();
    for (let index = 0; index < maxSends.fast; index += 1) send(`person ${index}`);
    assert.equal(limiter.free(), 0);
    await endAll();
    for (let index = 0; index < 4; index += 1) send(`person ${index}`, maxSends.all / 4);
    assert.equal(limiter.free(), 0);
    await endAll();
    assert.equal(limiter.free(), maxSends.fast);
  });
});
