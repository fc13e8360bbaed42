import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from '@rondo/shared/observability/log';
import { eventually } from '@rondo/shared/test/eventually';
import type { ConnectionCounts } from '../../src/store/connection-counts.ts';
import type { Sockets } from '../../src/transports/sockets.ts';
import { createConnectionReporter } from '../../src/workers/report-connections.ts';
import { person, replicas } from '../support/replicas.ts';

/** A reporter on made-up sockets. `changed` tells it that a person's sockets changed. */
function createReporter(counts: ConnectionCounts, sockets: Pick<Sockets, 'countOfPerson' | 'people'>) {
  let changed: (personId: string) => void = () => undefined;
  const reporter = createConnectionReporter({
    state: { counts },
    sockets: {
      ...sockets,
      onCountChange(listener) {
        changed = listener;
      },
    },
    telemetry: { log: createLog('test', 'silent') },
  });
  return { reporter, changed };
}

test('changes are reported together, and as closed at the stop', async (t) => {
  const { counts } = await replicas(t, ['a', 'b']);
  const [mine, other] = counts;
  assert.ok(mine && other);
  let open = 0;
  const { reporter, changed } = createReporter(mine, {
    countOfPerson: () => open,
    people: () => (open > 0 ? [person] : []),
  });
  reporter.start();
  t.after(() => reporter.stop());
  open = 1;
  changed(person);
  open = 2;
  changed(person);
  await eventually(async () => (await other.elsewhere(person)) === 2);
  open = 0;
  changed(person);
  await eventually(async () => (await other.elsewhere(person)) === 0);
  open = 1;
  changed(person);
  await eventually(async () => (await other.elsewhere(person)) === 1);
  await reporter.stop();
  assert.equal(await other.elsewhere(person), 0);
});

test('a stop does not wait for a state store that never answers', { timeout: 10_000 }, async () => {
  const asked = Promise.withResolvers<void>();
  const never = new Promise<never>(() => undefined);
  const counts = {
    elsewhere: async () => 0,
    report: async () => {
      asked.resolve();
      return never;
    },
  };
  const { reporter, changed } = createReporter(counts, { countOfPerson: () => 1, people: () => [person] });
  reporter.start();
  changed(person);
  await asked.promise;
  assert.equal(await reporter.stop(), undefined);
});
