import { queryStoppedHost } from '../support/database.ts';
import { createMany, peopleOf } from '../support/people.ts';
import type { Scenario } from '../support/scenario.ts';

const peopleCount = 4;
const eventsEach = 25_000;
const events = peopleCount * eventsEach;

/** The relay publishes a backlog of 100,000 events, each to two topics, while consumers receive them. */
export const relay: Scenario = {
  name: 'relay',
  async run(bench) {
    const people = await peopleOf(bench, 'relay', peopleCount);
    await Promise.all(people.map((person) => createMany(person, eventsEach, (n) => `published ${n}`)));
    await bench.waitUntilPublished();
    await bench.restart(() => refillOutbox(bench.dataDir));
    const began = performance.now();
    const before = await publishedBy(bench.host.endpoints.metrics['todo-service'] ?? '');
    await bench.waitUntilPublished();
    const seconds = (performance.now() - began) / 1000;
    const rate = (events - before) / seconds;
    return [
      {
        name: 'relay of a backlog, each event to two topics',
        value: Math.round(rate),
        unit: 'events/s',
        target: { at_least: 8_000 },
        note: `${events - before} events in ${seconds.toFixed(1)} s after the host was ready, ${before} before`,
      },
    ];
  },
};

/** Inserts every event into the outbox again while the host is stopped. Consumers have processed all of them. */
async function refillOutbox(dataDir: string): Promise<void> {
  await queryStoppedHost(
    dataDir,
    'INSERT INTO todo_service.outbox (workspace_id, seq) SELECT workspace_id, seq FROM todo_service.events ORDER BY occurred_at, seq',
  );
}

/** Returns how many events the relay has published since it started. */
async function publishedBy(metricsUrl: string): Promise<number> {
  const text = await (await fetch(metricsUrl)).text();
  return Number(/^rondo_outbox_published_total.* (\d+)$/m.exec(text)?.[1] ?? 0);
}
