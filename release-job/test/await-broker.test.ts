import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { awaitBroker } from './support/await-broker.ts';

const signIn = { username: 'audit-service', password: 'secret', mechanism: 'PLAIN', tls: false } as const;

test('it waits while no broker answers', async (t) => {
  const child = awaitBroker({ brokers: '127.0.0.1:1', signIn }, 'audit-service');
  t.after(() => child.kill('SIGKILL'));
  const first = await Promise.race([
    once(child, 'exit'),
    once(AbortSignal.timeout(1_500), 'abort').then(() => 'waits'),
  ]);
  assert.equal(first, 'waits');
});

for (const [brokers, service] of [
  ['', 'audit-service'],
  ['127.0.0.1:1', 'unknown-service'],
] as const)
  test(`it fails with the brokers "${brokers}" and the service ${service}`, async () => {
    const [code] = (await once(awaitBroker({ brokers, signIn }, service), 'exit')) as [number];
    assert.equal(code, 1);
  });
