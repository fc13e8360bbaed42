import { startHostProcess } from '../../tests/support/host-process.ts';
import { eventually } from '@rondo/shared/test/eventually';
import { openHostDatabase } from '../support/database.ts';
import { quantile } from '../support/http-load.ts';
import type { Bench, Figure, Scenario } from '../support/scenario.ts';

const pending = 1_000_000;
const perSecond = 1_000;
const seconds = 20;
const atOnce = 50_000;
const workspaces = 200;

type Database = Awaited<ReturnType<typeof openHostDatabase>>;

/** Reminders among a million pending ones: a steady stream, many at one instant, and a host that is killed in between. */
export const reminders: Scenario = {
  name: 'reminders',
  async run(bench) {
    let database = await openHostDatabase(bench.dataDir);
    await fill(database);
    const steady = await steadyStream(database);
    const burst = await oneInstant(database);
    const killed = await killedWhileFiring(bench, database);
    database = killed.database;
    await database.end();
    return [...steady, ...burst, killed.figure];
  },
};

/** Tasks with a reminder each, in the coming year. */
async function fill(database: Database): Promise<void> {
  await schedule(database, pending, `now() + interval '1 day' + random() * interval '364 days'`);
  await database.query('VACUUM ANALYZE recurring_task_service.reminders');
  await database.query('VACUUM ANALYZE recurring_task_service.tasks');
}

/** @param at SQL of the instant; `n` counts from 1 */
async function schedule(database: Database, count: number, at: string): Promise<void> {
  const client = await database.connect();
  try {
    await client.query('SET statement_timeout = 0');
    await client.query(`
      WITH made AS (
        INSERT INTO recurring_task_service.tasks (workspace_id, id, version, state, task, reminders)
        SELECT md5('bench ' || n % ${workspaces})::uuid, gen_random_uuid(), 1, 'open', json_build_object('title',
               'reminder ' || n, 'due_date', null, 'time_zone', null, 'priority', 4, 'list', null), '[]'
        FROM generate_series(1, ${count}) AS n RETURNING workspace_id, id
      ), counted AS (SELECT made.*, row_number() OVER () AS n FROM made)
      INSERT INTO recurring_task_service.reminders (workspace_id, task_id, remind_at, event_id, state)
      SELECT workspace_id, id, ${at}, gen_random_uuid(), 'pending' FROM counted`);
  } finally {
    client.release();
  }
}

type Row = { fired_ms: number; inbox_ms: number };

/** Waits until everything due since `from` is in the inbox, and answers how late each was there and fired. */
async function arrived(database: Database, from: string, count: number): Promise<Row[]> {
  await eventually(() => isQuiet(database), {
    timeout_ms: 120_000,
    every_ms: 200,
    what: 'nothing to be due',
  });
  return eventually(
    async () => {
      const { rows } = await database.query<Row>(
        `SELECT (extract(epoch FROM fired_at - reminder.remind_at) * 1000)::float8 AS fired_ms,
                (extract(epoch FROM entry.created_at - reminder.remind_at) * 1000)::float8 AS inbox_ms
         FROM recurring_task_service.reminders reminder
         JOIN notification_service.notifications entry ON entry.id = reminder.event_id
         WHERE reminder.state = 'fired' AND reminder.remind_at >= $1::timestamptz`,
        [from],
      );
      return rows.length >= count && rows;
    },
    { timeout_ms: 120_000, every_ms: 300, what: `${count} reminders to be in the inbox` },
  );
}

/** Whether nothing of the next minute is left to fire or to publish: asked for at little cost, while all else is busy. */
async function isQuiet(database: Database): Promise<boolean> {
  const { rows } = await database.query<{ is_busy: boolean }>(
    `SELECT EXISTS (SELECT FROM recurring_task_service.outbox) OR EXISTS (
       SELECT FROM recurring_task_service.reminders WHERE state = 'pending' AND remind_at < now() + interval '1 minute'
     ) AS is_busy`,
  );
  return rows[0]?.is_busy === false;
}

async function firstFired(database: Database, from: string): Promise<void> {
  await eventually(async () => {
    const { rowCount } = await database.query(
      `SELECT FROM recurring_task_service.reminders WHERE state = 'fired' AND remind_at >= $1::timestamptz LIMIT 1`,
      [from],
    );
    return rowCount === 1;
  });
}

async function nowOf(database: Database): Promise<string> {
  const { rows } = await database.query<{ now: string }>('SELECT now() AS now');
  return rows[0]?.now ?? '';
}

const sortedBy = (rows: Row[], column: keyof Row) => Float64Array.from(rows.map((row) => row[column])).sort();
const rounded = (ms: number) => Math.round(ms * 10) / 10;

async function steadyStream(database: Database): Promise<Figure[]> {
  const from = await nowOf(database);
  await schedule(
    database,
    perSecond * seconds,
    `now() + interval '2 seconds' + n * interval '${1_000 / perSecond} ms'`,
  );
  const rows = await arrived(database, from, perSecond * seconds);
  const [fired, inbox] = [sortedBy(rows, 'fired_ms'), sortedBy(rows, 'inbox_ms')];
  return [
    {
      name: `lateness of firing p99 at ${perSecond} due a second, ${pending} pending`,
      value: rounded(quantile(fired, 0.99)),
      unit: 'ms',
      target: { at_most: 50 },
      note: `p50 ${rounded(quantile(fired, 0.5))} ms, max ${rounded(quantile(fired, 1))} ms; in the inbox p50 ${rounded(quantile(inbox, 0.5))} ms, p99 ${rounded(quantile(inbox, 0.99))} ms`,
    },
  ];
}

async function oneInstant(database: Database): Promise<Figure[]> {
  const from = await nowOf(database);
  await schedule(database, atOnce, `date_trunc('second', now()) + interval '8 seconds'`);
  const rows = await arrived(database, from, atOnce);
  const last = (column: keyof Row) => Math.round(quantile(sortedBy(rows, column), 1));
  return [
    {
      name: `${atOnce} reminders at one instant, all fired`,
      value: last('fired_ms'),
      unit: 'ms',
      target: { at_most: 2_000 },
    },
    {
      name: `${atOnce} reminders at one instant, all in the inbox`,
      value: last('inbox_ms'),
      unit: 'ms',
      target: { at_most: 5_000 },
      note: `of ${workspaces} people`,
    },
  ];
}

/** From when the host is back to the first firing after it, with reminders due all the time. */
async function killedWhileFiring(
  bench: Bench,
  database: Database,
): Promise<{ figure: Figure; database: Database }> {
  const from = await nowOf(database);
  await schedule(database, 2_000, `now() + interval '1 second' + n * interval '5 ms'`);
  await firstFired(database, from);
  await database.end();
  await bench.host.end('SIGKILL');
  const host = await startHostProcess(bench.dataDir);
  const ready = new Date().toISOString();
  Object.assign(bench, { host });
  const again = await openHostDatabase(bench.dataDir);
  await arrived(again, from, 2_000);
  const { rows } = await again.query<{ ms: number }>(
    `SELECT greatest(0, extract(epoch FROM min(fired_at) - $1::timestamptz) * 1000)::float8 AS ms
     FROM recurring_task_service.reminders
     WHERE state = 'fired' AND fired_at > (SELECT pg_postmaster_start_time())`,
    [ready],
  );
  return {
    database: again,
    figure: {
      name: 'kill -9 to firing again, after the host is ready',
      value: Math.round(rows[0]?.ms ?? Infinity),
      unit: 'ms',
      target: { at_most: 1_000 },
      note: 'all 2,000 in the inbox once',
    },
  };
}
