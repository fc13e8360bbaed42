import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { createDaprClient } from '@rondo/shared/messaging/dapr-client';
import { createLog } from '@rondo/shared/observability/log';
import { eventually } from '@rondo/shared/test/eventually';
import { startScriptedSidecar } from '@rondo/shared/test/scripted-sidecar';
import { createConnectionCounts } from '../../src/store/connection-counts.ts';
import { createConnectionReporter } from '../../src/workers/report-connections.ts';

const person = '0196c000-0000-7000-8000-000000000001';

/** Replicas that share one state store, and one clock that the test moves. */
async function replicas(t: TestContext, names: string[]) {
  const sidecar = await startScriptedSidecar(t);
  const time = { now: Date.parse('2026-03-01T10:00:00Z') };
  const dapr = createDaprClient({ endpoint: sidecar.url, token: 'token-of-tests' });
  t.after(() => dapr[Symbol.asyncDispose]());
  const clock = { now: () => new Date(time.now) };
  return { time, counts: names.map((replica) => createConnectionCounts({ dapr, clock, replica })) };
}

test('every replica knows the sockets of the others, and not of those that are gone', async (t) => {
  const { counts, time } = await replicas(t, ['a', 'b', 'c']);
  const elsewhere = () => Promise.all(counts.map((replica) => replica.elsewhere(person)));
  assert.deepEqual(await elsewhere(), [0, 0, 0]);
  await counts[0]?.report(person, () => 2);
  await counts[1]?.report(person, () => 3);
  assert.deepEqual(await elsewhere(), [3, 2, 5]);
  time.now += 60_000;
  await counts[1]?.report(person, () => 1);
  time.now += 31_000;
  assert.deepEqual(await elsewhere(), [1, 0, 1], 'a has not refreshed for 91 s');
  await counts[1]?.report(person, () => 0);
  assert.deepEqual(await elsewhere(), [0, 0, 0]);
});

test('replicas that report at once lose none of their counts', async (t) => {
  const names = ['a', 'b', 'c', 'd'];
  const { counts } = await replicas(t, names);
  for (const open of [1, 2]) {
    await Promise.all(counts.map((replica) => replica.report(person, () => open)));
    const elsewhere = await Promise.all(counts.map((replica) => replica.elsewhere(person)));
    assert.deepEqual(
      elsewhere,
      names.map(() => open * 3),
    );
  }
});

test('changes are gathered and reported, and taken back at the stop', async (t) => {
  const { counts } = await replicas(t, ['a', 'b']);
  const [mine, other] = counts;
  assert.ok(mine && other);
  let open = 0;
  const sockets = { countOfPerson: () => open, people: () => (open > 0 ? [person] : []) };
  const reporter = createConnectionReporter({ counts: mine, sockets, log: createLog('test', 'silent') });
  reporter.start();
  t.after(() => reporter.stop());
  open = 1;
  reporter.changed(person);
  open = 2;
  reporter.changed(person);
  await eventually(async () => (await other.elsewhere(person)) === 2);
  open = 0;
  reporter.changed(person);
  await eventually(async () => (await other.elsewhere(person)) === 0);
  open = 1;
  reporter.changed(person);
  await eventually(async () => (await other.elsewhere(person)) === 1);
  await reporter.stop();
  assert.equal(await other.elsewhere(person), 0);
});

test(
  'a stop does not wait for a report that the state store never answers',
  { timeout: 10_000 },
  async () => {
    const asked = Promise.withResolvers<void>();
    const never = new Promise<never>(() => undefined);
    const counts = {
      elsewhere: async () => 0,
      report: async () => {
        asked.resolve();
        return never;
      },
    };
    const sockets = { countOfPerson: () => 1, people: () => [person] };
    const reporter = createConnectionReporter({ counts, sockets, log: createLog('test', 'silent') });
    reporter.start();
    reporter.changed(person);
    await asked.promise;
    assert.equal(await reporter.stop(), undefined);
  },
);
