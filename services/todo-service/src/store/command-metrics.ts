import { sql, type Kysely } from 'kysely';
import { Gauge, Histogram } from 'prom-client';
import type { TaskCommand } from '@rondo/shared/contracts/task-command';
import { droppedEventsOf, type Metrics } from '@rondo/shared/observability/metrics';
import type { Tables } from './tables.ts';

export type CommandMetrics = {
  carriedOut(command: TaskCommand, now: Date): void;
  /** A command became a dead letter. */
  dropped(): void;
};

/** More are not counted. */
const maxCounted = 10_000;

/** The metrics of the commands of recurrence: a delivery only keeps them, so its age doesn't tell when they were carried out. */
export function createCommandMetrics(metrics: Metrics, database: Kysely<Tables>): CommandMetrics {
  const registers = [metrics];
  const ages = new Histogram({
    name: 'rondo_command_age_seconds',
    help: 'From the timestamp of a command of recurrence until Todo has carried it out',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600],
    registers,
  });
  const waiting: Gauge = new Gauge({
    name: 'rondo_waiting_commands',
    help: `Commands of recurrence that wait for the turn of their workspace, counted up to ${maxCounted}`,
    registers,
    async collect() {
      try {
        waiting.set(await countWaiting(database));
      } catch {
        // The database is unavailable: the other metrics say so, and this one stays.
      }
    },
  });
  const dropped = droppedEventsOf(metrics);
  return {
    carriedOut({ timestamp }, now) {
      ages.observe(Math.max(0, now.getTime() - Date.parse(timestamp)) / 1000);
    },
    dropped: () => dropped.inc({ reason: 'handler-failed' }),
  };
}

async function countWaiting(database: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*) AS count FROM (
      SELECT FROM todo_service.waiting_commands LIMIT ${maxCounted}
    ) waiting`.execute(database);
  return rows[0]?.count ?? 0;
}
