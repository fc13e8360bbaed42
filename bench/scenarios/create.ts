import { load, type LoadRequest } from '../support/http-load.ts';
import { processorTimeOfTree, type ProcessorTime } from '../support/machine.ts';
import { auditedSince, peopleOf, type BenchPerson } from '../support/people.ts';
import type { Figure, Scenario } from '../support/scenario.ts';

const peopleCount = 64;
const burstMs = 10_000;
const creation =
  (people: BenchPerson[]) =>
  (n: number): LoadRequest => ({
    method: 'POST',
    path: '/api/v1/tasks',
    token: people[n % people.length]?.token ?? '',
    body: `{"title":"Task number ${n} of the load","labels":["bench"],"priority":2,"due_date":"2027-01-15"}`,
  });

/**
 * Durable creations: 1,000/s for 20 s; then as fast as possible for 10 s over 1, 16 and 32 connections, at the service and through
 * the gateway. A creation counts when Audit has it.
 */
export const create: Scenario = {
  name: 'create',
  async run(bench) {
    const figures: Figure[] = [];
    const steady = await peopleOf(bench, 'steady', peopleCount);
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
    for (const [where, url] of [
      ['at the service', bench.host.endpoints.services['todo-service'] ?? ''],
      ['through the gateway', bench.host.endpoints.url],
    ] as const)
      for (const connections of [1, 16, 32]) {
        const people = await peopleOf(bench, `create ${where} ${connections}`, peopleCount);
        const began = performance.now();
        const burst = await load({ url, connections, durationMs: burstMs, request: creation(people) });
        const { seconds, events } = await auditedSince(people, began);
        figures.push({
          name: `creations ${where} until all are audited, ${connections} connections`,
          value: Math.round(events / seconds),
          unit: '/s',
          note: `answered ${burst.perSecond}/s, p50 ${burst.p50Ms} ms, p99 ${burst.p99Ms} ms, ${burst.failures} failed; the last audit record ${(seconds - burstMs / 1000).toFixed(1)} s after the burst`,
        });
      }
    return figures;
  },
};

/** A constant rate for 60 s. Audit should be complete when the load ends. */
export const sustained: Scenario = {
  name: 'sustained',
  async run(bench) {
    const offered = bench.engine === 'dapr' ? 1_000 : 2_000;
    const people = await peopleOf(bench, 'sustained', peopleCount);
    const { pid, services } = bench.host.endpoints;
    const before = processorTimeOfTree(pid);
    const {
      answers,
      perSecond: rate,
      p99Ms: p99,
      failures,
    } = await load({
      url: services['todo-service'] ?? '',
      connections: 32,
      durationMs: 60_000,
      rate: offered,
      request: creation(people),
    });
    const { seconds } = await auditedSince(people, performance.now());
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
        note: 'would show a growing lag; includes 64 requests, one per person',
      },
      costOf(answers, before, processorTimeOfTree(pid)),
    ];
  },
};

/** What a creation and all that follows from it cost. Other processes of the machine change it little. */
function costOf(creations: number, before: ProcessorTime, after: ProcessorTime): Figure {
  const each = (ms: number) => Math.round((1_000 * ms) / creations);
  const postgres = each(after.postgresMs - before.postgresMs);
  const others = each(after.othersMs - before.othersMs);
  return {
    name: 'processor time of a creation, all consumers included',
    value: postgres + others,
    unit: 'µs',
    note: `PostgreSQL ${postgres}, the other processes ${others}`,
  };
}
