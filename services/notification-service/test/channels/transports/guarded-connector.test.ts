import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import {
  createGuardedConnector,
  type GuardedConnector,
} from '../../../src/channels/transports/guarded-connector.ts';
import { startReceiver } from '../../support/receiver.ts';

const loopback = [{ address: '127.0.0.1', family: 4 }];

async function connect({ connect: begin }: GuardedConnector, { protocol, hostname, port }: URL) {
  const socket = await promisify(begin)({ protocol, hostname, port });
  socket?.destroy();
}

describe('the guarded connector', () => {
  for (const host of ['receiver.example', '127.0.0.1'])
    test(`connects to ${host} only while a request to it is admitted`, async (t) => {
      const { port } = await startReceiver(t);
      const url = new URL(`http://${host}:${port}/`);
      const connector = createGuardedConnector({ judge: () => 'allowed', timeoutMs: 1_000 });
      const isRefused = () => assert.rejects(connect(connector, url), { code: 'address-refused' });
      await isRefused();
      const [first, second] = [connector.admit(url, loopback), connector.admit(url, loopback)];
      first[Symbol.dispose]();
      await connect(connector, url);
      second[Symbol.dispose]();
      await isRefused();
    });

  test('does not take the addresses of https for http', async (t) => {
    const { port } = await startReceiver(t);
    const connector = createGuardedConnector({ judge: () => 'public', timeoutMs: 1_000 });
    connector.admit(new URL(`https://receiver.example:${port}/`), loopback);
    const url = new URL(`http://receiver.example:${port}/`);
    await assert.rejects(connect(connector, url), { code: 'address-refused' });
    assert.throws(() => connector.admit(url, loopback), { code: 'address-refused' });
  });

  test('admits no name without an address', () => {
    const connector = createGuardedConnector({ judge: () => 'public', timeoutMs: 1_000 });
    assert.throws(() => connector.admit(new URL('https://receiver.example/'), []), {
      code: 'address-refused',
    });
  });
});
