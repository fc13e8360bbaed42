import { createLog } from '@rondo/shared/observability/log';
import { openPool } from '@rondo/shared/database/database';
import { startPostgres } from '@rondo/host-common/postgres/start-postgres';
import { createMany, peopleOf } from '../support/people.ts';
import type { Scenario } from '../support/scenario.ts';

const people = 4;
const eventsEach = 25_000;
const events = people * eventsEach;

/** The relay finds an outbox of 100,000 events, and publishes each to two topics, while consumers take them. */
export const relay: Scenario = {
  name: 'relay',
  async run(bench) {
    const everybody = await peopleOf(bench, 'relay', people);
    await Promise.all(everybody.map((person) => createMany(person, eventsEach, (n) => `published ${n}`)));
    await bench.settle();
    await bench.restart(() => refillOutbox(bench.data_dir));
    const began = performance.now();
    const before = await publishedBy(bench.host.endpoints.metrics['todo-service'] ?? '');
    await bench.settle();
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

/** Puts every event into the outbox once more while the host is down: consumers know them all. */
async function refillOutbox(dataDir: string): Promise<void> {
  await using postgres = await startPostgres({
    dataDir,
    port: 0,
    log: createLog('bench', 'silent'),
  });
  const pool = openPool(postgres.url, 'bench', 1);
  await pool.query(
    'INSERT INTO todo_service.outbox (workspace_id, seq) SELECT workspace_id, seq FROM todo_service.events ORDER BY occurred_at, seq',
  );
  await pool.end();
}

async function publishedBy(metricsUrl: string): Promise<number> {
  const text = await (await fetch(metricsUrl)).text();
  return Number(/^rondo_outbox_published_total.* (\d+)$/m.exec(text)?.[1] ?? 0);
}
