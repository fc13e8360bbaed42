import { queryStoppedHost } from '../support/database.ts';
import { createMany, peopleOf } from '../support/people.ts';
import type { Scenario } from '../support/scenario.ts';

const events = 100_000;
/** How many people create tasks at the same time: one process makes their changes one after the other. */
const atOnce = 4;

/** The relay publishes a backlog of 100,000 events, each to two topics, while consumers receive them. */
function relayOf(name: string, peopleCount: number): Scenario {
  const eventsEach = Math.ceil(events / peopleCount);
  return {
    name,
    async run(bench) {
      const people = await peopleOf(bench, name, peopleCount);
      for (let first = 0; first < peopleCount; first += atOnce) {
        const group = people.slice(first, first + atOnce);
        await Promise.all(group.map((person) => createMany(person, eventsEach, (n) => `published ${n}`)));
      }
      await bench.waitUntilPublished();
      await bench.restart(() => refillOutbox(bench.dataDir));
      const began = performance.now();
      const before = await publishedBy(bench.host.endpoints.metrics['todo-service'] ?? '');
      await bench.waitUntilPublished();
      const seconds = (performance.now() - began) / 1000;
      const count = peopleCount * eventsEach - before;
      return [
        {
          name: `relay of a backlog of ${peopleCount} people, each event to two topics`,
          value: Math.round(count / seconds),
          unit: 'events/s',
          target: { at_least: 8_000 },
          note: `${count} events in ${seconds.toFixed(1)} s after the host was ready, ${before} before`,
        },
      ];
    },
  };
}

/** As an outage leaves it. */
export const relay = relayOf('relay', 64);
/** A publication has at most 16 events of each of them. */
export const relayOfFew = relayOf('relay-of-few', 4);

/** Inserts every event into the outbox again while the host is stopped, those of all people in turn. Consumers have processed all of them. */
async function refillOutbox(dataDir: string): Promise<void> {
  await queryStoppedHost(
    dataDir,
    'INSERT INTO todo_service.outbox (workspace_id, seq) SELECT workspace_id, seq FROM todo_service.events ORDER BY seq, workspace_id',
  );
}

/** Returns how many events the relay has published since it started. */
async function publishedBy(metricsUrl: string): Promise<number> {
  const text = await (await fetch(metricsUrl)).text();
  return Number(/^rondo_outbox_published_total.* (\d+)$/m.exec(text)?.[1] ?? 0);
}
