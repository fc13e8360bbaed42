import { load } from '../support/http-load.ts';
import { createMany, personOf } from '../support/people.ts';
import type { Scenario } from '../support/scenario.ts';

const tasks = 100_000;
const words = [
  'buy',
  'call',
  'write',
  'mend',
  'plan',
  'send',
  'milk',
  'report',
  'bicycle',
  'invoice',
  'garden',
  'doctor',
  'flight',
  'present',
  'window',
  'letter',
];
const titleOf = (n: number) =>
  `${words[n % 16]} ${words[(n * 7 + 3) % 16]} ${words[(n >> 4) % 16]} number${n}`;

/** Lists and searches tasks in a workspace of 100,000. */
export const read: Scenario = {
  name: 'read',
  async run(bench) {
    const person = await personOf(bench, 'read');
    await createMany(person, tasks, titleOf);
    await bench.waitUntilPublished();
    const url = bench.host.endpoints.services['todo-service'] ?? '';
    const get = (pathOf: (n: number) => string) => (n: number) => ({
      method: 'GET',
      path: pathOf(n),
      token: person.token,
    });
    const listAt = (url: string) =>
      load({ url, connections: 32, durationMs: 10_000, request: get(() => '/api/v1/tasks?limit=20') });
    const list = await listAt(url);
    const listByGateway = await listAt(bench.host.endpoints.url);
    const rare = await load({
      url,
      connections: 4,
      durationMs: 10_000,
      rate: 100,
      request: get((n) => `/api/v1/tasks?q=number${(n * 7919) % tasks}`),
    });
    const common = await load({
      url,
      connections: 4,
      durationMs: 10_000,
      rate: 20,
      request: get((n) => `/api/v1/tasks?q=${words[n % 16]}%20${words[(n * 5) % 16]}`),
    });
    return [
      {
        name: 'GET /api/v1/tasks, 20 of 100,000, 32 connections',
        value: list.perSecond,
        unit: '/s',
        target: { at_least: 6_000 },
        note: `p50 ${list.p50Ms} ms, p99 ${list.p99Ms} ms`,
      },
      {
        name: 'the same through the gateway',
        value: listByGateway.perSecond,
        unit: '/s',
        note: `p50 ${listByGateway.p50Ms} ms, p99 ${listByGateway.p99Ms} ms`,
      },
      {
        name: 'search p99, a rare word, 100/s',
        value: rare.p99Ms,
        unit: 'ms',
        target: { at_most: 20 },
        note: `p50 ${rare.p50Ms} ms`,
      },
      {
        name: 'search p99, two common words, 20/s',
        value: common.p99Ms,
        unit: 'ms',
        target: { at_most: 20 },
        note: `p50 ${common.p50Ms} ms; more than 500 hits are not counted`,
      },
    ];
  },
};
