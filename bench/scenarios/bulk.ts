import { setTimeout as pause } from 'node:timers/promises';
import { load, quantile } from '../support/http-load.ts';
import type { ChangePage } from '@rondo/shared/contracts/task-event';
import { createMany, follow, personOf, type BenchPerson } from '../support/people.ts';
import type { Bench, Figure, Scenario } from '../support/scenario.ts';

const tasks = 5_000;
const ratePerSecond = 20;
const quietSeconds = 15;
/** Left out of the figures: the JIT compiles while the first requests run. */
const warmUpEvents = 100;

/** One person creates 5,000 tasks with ten commands, while another one writes and follows. */
export const bulk: Scenario = {
  name: 'bulk',
  async run(bench) {
    const other = await personOf(bench, 'other');
    const quiet = await writeAndFollow(bench, other, pause(quietSeconds * 1000));
    const importer = await personOf(bench, 'importer');
    const imported = importAll(bench, importer);
    const beside = await writeAndFollow(bench, other, imported);
    const { answeredSeconds, arrivedSeconds } = await imported;
    return [
      {
        name: `${tasks} tasks of one person, until the last event is on the socket`,
        value: arrivedSeconds,
        unit: 's',
        note: `answered after ${answeredSeconds} s`,
      },
      {
        name: 'commit to the WebSocket client of another person meanwhile, p99',
        value: quantile(beside, 0.99),
        unit: 'ms',
        note: `p50 ${quantile(beside, 0.5)} ms of ${beside.length}; without, p99 ${quantile(quiet, 0.99)} and p50 ${quantile(quiet, 0.5)} ms of ${quiet.length}`,
      },
    ] satisfies Figure[];
  },
};

async function importAll(bench: Bench, person: BenchPerson) {
  let count = 0;
  const arrived = Promise.withResolvers<void>();
  const client = follow(bench, person, {
    since: 0,
    onEvent: () => {
      count += 1;
      if (count === tasks) arrived.resolve();
    },
  });
  await pause(1_000);
  const began = performance.now();
  const secondsSince = () => Math.round((performance.now() - began) / 100) / 10;
  await createMany(person, tasks, (n) => `imported ${n}`);
  const answeredSeconds = secondsSince();
  await arrived.promise;
  client.close();
  return { answeredSeconds, arrivedSeconds: secondsSince() };
}

/** Writes at a constant rate until `until`. @returns the sorted milliseconds from each event's timestamp to the client */
async function writeAndFollow(
  bench: Bench,
  person: BenchPerson,
  until: Promise<unknown>,
): Promise<Float64Array> {
  const latencies: number[] = [];
  const { head } = await person.get<ChangePage>('/api/v1/changes?since=0&limit=1');
  const client = follow(bench, person, {
    since: head,
    onEvent: ({ timestamp }) => latencies.push(Date.now() - Date.parse(timestamp)),
  });
  const request = () => ({
    method: 'POST',
    path: '/api/v1/tasks',
    token: person.token,
    body: '{"title":"mine"}',
  });
  const url = bench.host.endpoints.url;
  const over = new AbortController();
  void until.then(() => over.abort());
  while (!over.signal.aborted)
    await load({ url, connections: 4, durationMs: 1_000, rate: ratePerSecond, request });
  client.close();
  return Float64Array.from(latencies.slice(warmUpEvents)).sort();
}
