import { load, type LoadRequest } from '../support/http-load.ts';
import { auditedSince, peopleOf, type BenchPerson } from '../support/people.ts';
import type { Figure, Scenario } from '../support/scenario.ts';

const people = 64;
const creation =
  (of: BenchPerson[]) =>
  (n: number): LoadRequest => ({
    method: 'POST',
    path: '/api/v1/tasks',
    token: of[n % of.length]?.token ?? '',
    body: `{"title":"Task number ${n} of the load","labels":["bench"],"priority":2,"due_date":"2027-01-15"}`,
  });

/** Durable creations: a steady 1,000/s, then a burst of 20 s at the service and one at the gateway. */
export const create: Scenario = {
  name: 'create',
  async run(bench) {
    const figures: Figure[] = [];
    const steady = await peopleOf(bench, 'steady', people);
    const url = bench.host.endpoints.services['todo-service'] ?? '';
    const {
      p99Ms: p99,
      p50Ms: p50,
      perSecond: rate,
      failures,
    } = await load({ url, connections: 32, durationMs: 20_000, rate: 1_000, request: creation(steady) });
    figures.push({
      name: 'creation p99 at 1,000/s',
      value: p99,
      unit: 'ms',
      target: { at_most: 15 },
      note: `p50 ${p50} ms, ${rate}/s, ${failures} failed`,
    });
    for (const [where, url, target] of [
      ['at the service', bench.host.endpoints.services['todo-service'] ?? '', 5_000],
      ['through the gateway', bench.host.endpoints.url, undefined],
    ] as const) {
      const everybody = await peopleOf(bench, `create ${where}`, people);
      const burst = await load({ url, connections: 32, durationMs: 20_000, request: creation(everybody) });
      const { seconds } = await auditedSince(everybody, performance.now());
      figures.push({
        name: `creations ${where}, 32 connections, ${people} people`,
        value: burst.perSecond,
        unit: '/s',
        ...(target === undefined ? {} : { target: { at_least: target } }),
        note: `p50 ${burst.p50Ms} ms, p99 ${burst.p99Ms} ms, ${burst.failures} failed; audited ${seconds.toFixed(1)} s after the burst`,
      });
    }
    return figures;
  },
};

/** One rate for 60 s; Audit has to be at the end as soon as the load is over. */
export const sustained: Scenario = {
  name: 'sustained',
  async run(bench) {
    const offered = bench.engine === 'dapr' ? 1_000 : 2_000;
    const everybody = await peopleOf(bench, 'sustained', people);
    const url = bench.host.endpoints.services['todo-service'] ?? '';
    const {
      perSecond: rate,
      p99Ms: p99,
      failures,
    } = await load({
      url,
      connections: 32,
      durationMs: 60_000,
      rate: offered,
      request: creation(everybody),
    });
    const { seconds } = await auditedSince(everybody, performance.now());
    return [
      {
        name: 'sustained creations for 60 s',
        value: rate,
        unit: '/s',
        target: { at_least: offered * 0.995 },
        note: `offered ${offered}/s; p99 ${p99} ms, ${failures} failed`,
      },
      {
        name: 'Audit complete after the last answer',
        value: Math.round(seconds * 100) / 100,
        unit: 's',
        target: { at_most: 1 },
        note: 'a lag that grew would show here; includes asking 64 people',
      },
    ];
  },
};
