import { load, type LoadRequest, type LoadResult } from '../support/http-load.ts';
import { createMany, personOf } from '../support/people.ts';
import type { Bench, Figure, Scenario } from '../support/scenario.ts';

const seconds = 8;
const connections = 256;
const tasks = 20_000;
const maxMs = 200;
const maxFactor = 2;

const operations = JSON.stringify({
  operations: Array.from({ length: 500 }, (_, n) => ({ op: 'create', title: `one of many ${n}` })),
});

/** What one person sends on all connections. */
const floods: Record<string, Omit<LoadRequest, 'token'>> = {
  POST: { method: 'POST', path: '/api/v1/tasks', body: '{"title":"one of a flood"}' },
  'quick add': {
    method: 'POST',
    path: '/api/v1/tasks',
    body: '{"quick_add":"Pay rent every month on the last weekday at 9am #bills p2"}',
  },
  'offset=1000000': { method: 'GET', path: '/api/v1/tasks?offset=1000000&limit=100&sort=due' },
  bulk: { method: 'POST', path: '/api/v1/tasks/bulk', body: operations },
};

type Measured = { get: LoadResult; post: LoadResult };

/** One person with 256 connections beside another one, with the limits as they are delivered. */
export const fairness: Scenario = {
  name: 'fairness',
  env: { RONDO_RATE_LIMIT_PER_SECOND: '100' },
  async run(bench) {
    const greedy = await personOf(bench, 'greedy');
    await createMany(greedy, tasks, (n) => `task ${n}`);
    await bench.waitUntilPublished();
    const quiet = await measureOther(bench);
    const figures: Figure[] = [
      { name: 'GET p99, by itself', value: quiet.get.p99Ms, unit: 'ms' },
      { name: 'POST p99, by itself', value: quiet.post.p99Ms, unit: 'ms' },
    ];
    for (const [name, request] of Object.entries(floods)) {
      const statuses = new Map<number, number>();
      const [beside, flood] = await Promise.all([
        measureOther(bench),
        load({
          url: bench.host.endpoints.url,
          connections,
          durationMs: seconds * 1000,
          request: () => ({ ...request, token: greedy.token }),
          onAnswer: (status) => statuses.set(status, (statuses.get(status) ?? 0) + 1),
        }),
      ]);
      const note = `the flood: ${flood.perSecond}/s, ${[...statuses].map(([status, count]) => `${count} × ${status}`).join(', ')}`;
      for (const method of ['get', 'post'] as const)
        figures.push(
          figureOf(`${method.toUpperCase()} p99 beside 256 connections of ${name}`, {
            quiet: quiet[method],
            beside: beside[method],
            note,
          }),
        );
    }
    return figures;
  },
};

/** The requests of a person who sends as fast as people do. */
async function measureOther(bench: Bench): Promise<Measured> {
  const { token } = await personOf(bench, 'other');
  const steady = (rate: number, request: (n: number) => LoadRequest) =>
    load({ url: bench.host.endpoints.url, connections: 4, durationMs: seconds * 1000, rate, request });
  const [get, post] = await Promise.all([
    steady(25, () => ({ method: 'GET', path: '/api/v1/tasks', token })),
    steady(25, (n) => ({ method: 'POST', path: '/api/v1/tasks', token, body: `{"title":"mine ${n}"}` })),
  ]);
  return { get, post };
}

function figureOf(
  name: string,
  { quiet, beside, note }: { quiet: LoadResult; beside: LoadResult; note: string },
): Figure {
  return {
    name,
    value: beside.p99Ms,
    unit: 'ms',
    target: { at_most: Math.min(maxMs, Math.round(quiet.p99Ms * maxFactor * 100) / 100) },
    note: `p50 ${beside.p50Ms} ms, ${beside.failures} failed; ${note}`,
  };
}
