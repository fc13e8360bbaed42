import { flood } from '../support/flood.ts';
import { load, quantile, type LoadRequest, type LoadResult } from '../support/http-load.ts';
import { auditedSince, createMany, personOf } from '../support/people.ts';
import type { Bench, Figure, Scenario } from '../support/scenario.ts';

const seconds = 12;
const connections = 256;
const roundsOfEach = 3;
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
type Method = keyof Measured;
type Round = { quiet: Measured; beside: Measured };

/** One person with 256 connections beside another one, with the limits as they are delivered. */
export const fairness: Scenario = {
  name: 'fairness',
  env: { RONDO_RATE_LIMIT_PER_SECOND: '100' },
  async run(bench) {
    const greedy = await personOf(bench, 'greedy');
    await createMany(greedy, tasks, (n) => `task ${n}`);
    await bench.waitUntilPublished();
    await auditedSince([greedy], performance.now());
    await measureOther(bench);
    const figures: Figure[] = [];
    for (const [name, request] of Object.entries(floods)) {
      const statuses = new Map<number, number>();
      const rounds: Round[] = [];
      for (let n = 0; n < roundsOfEach; n += 1) {
        const quiet = await measureOther(bench);
        const { url } = bench.host.endpoints;
        const flooding = flood({
          url,
          connections,
          durationMs: seconds * 1000,
          request: { ...request, token: greedy.token },
        });
        const [beside, answered] = await Promise.all([measureOther(bench), flooding]);
        rounds.push({ quiet, beside });
        for (const [status, count] of answered) statuses.set(status, (statuses.get(status) ?? 0) + count);
      }
      const answers = [...statuses].map(([status, count]) => `${count} × ${status}`).join(', ');
      for (const method of ['get', 'post'] as const)
        figures.push(figureOf(name, method, { rounds, answers }));
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
    steady(50, () => ({ method: 'GET', path: '/api/v1/tasks', token })),
    steady(50, (n) => ({ method: 'POST', path: '/api/v1/tasks', token, body: `{"title":"mine ${n}"}` })),
  ]);
  return { get, post };
}

/** The disk stalls for hundreds of milliseconds in some rounds, with and without a flood: the median is of a round without. */
function figureOf(
  name: string,
  method: Method,
  { rounds, answers }: { rounds: Round[]; answers: string },
): Figure {
  const p99Of = (of: keyof Round) => median(rounds.map((round) => round[of][method].p99Ms));
  const failures = rounds.reduce((sum, { beside }) => sum + beside[method].failures, 0);
  const quietMs = p99Of('quiet');
  return {
    name: `${method.toUpperCase()} p99 beside 256 connections of ${name}`,
    value: p99Of('beside'),
    unit: 'ms',
    target: { at_most: Math.min(maxMs, Math.round(quietMs * maxFactor * 100) / 100) },
    note: `${quietMs} ms without; medians of ${rounds.length} rounds; ${failures} failed; the flood: ${answers}`,
  };
}

function median(values: number[]): number {
  return quantile(
    values.toSorted((left, right) => left - right),
    0.5,
  );
}
