import type { TestContext } from 'node:test';
import { createDaprClient } from '@rondo/shared/messaging/dapr-client';
import { startScriptedSidecar } from '@rondo/shared/test/scripted-sidecar';
import { createConnectionCounts } from '../../src/store/connection-counts.ts';

export const person = '0196c000-0000-7000-8000-000000000001';

/** Replicas that share one state store, and one clock that the test moves. */
export async function replicas(t: TestContext, names: string[]) {
  const sidecar = await startScriptedSidecar(t);
  const time = { now: Date.parse('2026-03-01T10:00:00Z') };
  const dapr = createDaprClient({ endpoint: sidecar.url, token: 'token-of-tests' });
  t.after(() => dapr[Symbol.asyncDispose]());
  const clock = { now: () => new Date(time.now) };
  return { time, counts: names.map((replica) => createConnectionCounts({ dapr, clock, replica })) };
}
