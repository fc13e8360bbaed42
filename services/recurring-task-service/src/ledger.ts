import { sql, type Transaction } from 'kysely';
import { plannedEachTime } from '@rondo/shared/database/database';
import type { FollowedTask, HistoryEntry } from './follow-task.ts';
import { reminderIdOf, type ReminderBook } from './reminder-book.ts';
import type { SeriesState } from './series.ts';
import { seriesOfRow, taskOfRow, type Tables } from './tables.ts';

/** Where something of a workspace is: its id and the workspace's. */
export type Place = { workspace_id: string; id: string };

/** `traces`: what set the reminders that are not stored yet, by their instant. */
type KeptBook = { place: Place; book: ReminderBook; traces: Map<number, string | null> };

const keyOf = ({ workspace_id: workspaceId, id }: Place): string => `${workspaceId} ${id}`;

/**
 * What one transaction knows of tasks, their series and reminders, and what it decided: read once at the beginning, kept in
 * memory while events are applied one after the other, written once at the end.
 */
export class Ledger {
  readonly #tasks = new Map<string, FollowedTask>();
  readonly #series = new Map<string, SeriesState>();
  readonly #books = new Map<string, KeptBook>();
  readonly #changedTasks = new Set<string>();
  readonly #changedSeries = new Set<string>();
  readonly #changedBooks = new Set<string>();
  readonly #history: (HistoryEntry & { workspace_id: string; series_id: string; at: string })[] = [];

  /**
   * Waits until no other transaction works on these workspaces, then reads what is known of the tasks and the series.
   * Two that work on several workspaces take them in the same order.
   */
  static async open(trx: Transaction<Tables>, tasks: Place[], series: Place[]): Promise<Ledger> {
    const workspaces = [...new Set([...tasks, ...series].map(({ workspace_id }) => workspace_id))].toSorted();
    await sql`
      SELECT pg_advisory_xact_lock(hashtextextended('recurring ' || id, 0))
      FROM unnest(${workspaces}::text[]) WITH ORDINALITY AS given (id, n) ORDER BY n`.execute(trx);
    const ledger = new Ledger();
    await ledger.load(trx, tasks, series);
    return ledger;
  }

  task(place: Place): FollowedTask | undefined {
    return this.#tasks.get(keyOf(place));
  }

  series(place: Place): SeriesState | undefined {
    return this.#series.get(keyOf(place));
  }

  book(place: Place): ReminderBook {
    return this.#books.get(keyOf(place))?.book ?? new Map();
  }

  keepTask(task: FollowedTask): void {
    this.#tasks.set(keyOf(task), task);
    this.#changedTasks.add(keyOf(task));
  }

  keepSeries(series: SeriesState): void {
    this.#series.set(keyOf(series), series);
    this.#changedSeries.add(keyOf(series));
  }

  /** @param traceparent of what set those of its reminders that are not in the book as it was */
  keepBook(place: Place, book: ReminderBook, traceparent: string | null): void {
    const { book: before, traces } = this.#books.get(keyOf(place)) ?? { book: undefined, traces: new Map() };
    for (const at of book.keys()) if (!before?.has(at)) traces.set(at, traceparent);
    this.#books.set(keyOf(place), { place, book, traces });
    this.#changedBooks.add(keyOf(place));
  }

  note(series: SeriesState, at: string, entries: HistoryEntry[]): void {
    for (const entry of entries)
      this.#history.push({ ...entry, workspace_id: series.workspace_id, series_id: series.id, at });
  }

  /** Writes everything that was decided. */
  async write(trx: Transaction<Tables>): Promise<void> {
    const tasks = [...this.#changedTasks].flatMap((key) => this.#tasks.get(key) ?? []);
    const series = [...this.#changedSeries].flatMap((key) => this.#series.get(key) ?? []);
    const books = [...this.#changedBooks].flatMap((key) => this.#books.get(key) ?? []);
    if (tasks.length > 0) await writeTasks(trx, tasks);
    if (series.length > 0) await writeSeries(trx, series);
    if (this.#history.length > 0) await writeHistory(trx, this.#history);
    if (books.length > 0) await writeBooks(trx, books);
  }

  /** Reads more of these workspaces. */
  async load(trx: Transaction<Tables>, tasks: Place[], series: Place[] = []): Promise<void> {
    for (const row of await rowsAt(trx, 'recurring_task_service.tasks', tasks))
      this.#tasks.set(keyOf(row), taskOfRow(row));
    for (const row of await rowsAt(trx, 'recurring_task_service.series', series))
      this.#series.set(keyOf(row), seriesOfRow(row));
    await this.#readBooks(trx, tasks);
  }

  async #readBooks(trx: Transaction<Tables>, tasks: Place[]): Promise<void> {
    if (tasks.length === 0) return;
    const { rows } = await sql<{
      workspace_id: string;
      task_id: string;
      remind_at: string;
      state: 'pending' | 'fired' | 'passed';
    }>`${sql.raw(plannedEachTime)}
      SELECT known.workspace_id, task_id, remind_at, state FROM recurring_task_service.reminders known
      JOIN json_to_recordset(${JSON.stringify(tasks)}::json) AS given (workspace_id uuid, id uuid)
        ON given.workspace_id = known.workspace_id AND given.id = task_id`.execute(trx);
    for (const { workspace_id, task_id: id, remind_at: at, state } of rows) {
      const place = { workspace_id, id };
      const book = this.book(place).set(Date.parse(at), state);
      this.#books.set(keyOf(place), { place, book, traces: new Map() });
    }
  }
}

/** The rows at these places; what is not there is left out. */
async function rowsAt<Table extends keyof Tables>(
  trx: Transaction<Tables>,
  table: Table,
  places: Place[],
): Promise<Tables[Table][]> {
  if (places.length === 0) return [];
  const { rows } = await sql<Tables[Table]>`${sql.raw(plannedEachTime)}
    SELECT known.* FROM ${sql.table(table)} known
    JOIN json_to_recordset(${JSON.stringify(places)}::json) AS given (workspace_id uuid, id uuid)
      USING (workspace_id, id)`.execute(trx);
  return rows;
}

async function writeTasks(trx: Transaction<Tables>, tasks: FollowedTask[]): Promise<void> {
  await sql`
    INSERT INTO recurring_task_service.tasks AS known
      (workspace_id, id, version, state, series_id, scheduled, closed_at, successor_date, task, reminders)
    SELECT * FROM json_to_recordset(${JSON.stringify(tasks)}::json) AS given (
      workspace_id uuid, id uuid, version bigint, state text, series_id uuid, scheduled text, closed_at timestamptz,
      successor_date text, task json, reminders json
    )
    ON CONFLICT (workspace_id, id) DO UPDATE SET
      version = excluded.version, state = excluded.state, series_id = excluded.series_id, scheduled = excluded.scheduled,
      closed_at = excluded.closed_at, successor_date = excluded.successor_date, task = excluded.task,
      reminders = excluded.reminders`.execute(trx);
}

async function writeSeries(trx: Transaction<Tables>, series: SeriesState[]): Promise<void> {
  await sql`
    INSERT INTO recurring_task_service.series
      (workspace_id, id, title, rule, anchor, time_zone, basis, rdates, exdates, gap, month_end, overdue, is_paused, done,
       current_task_id, ended_reason, created_at, updated_at)
    SELECT * FROM json_to_recordset(${JSON.stringify(series)}::json) AS given (
      workspace_id uuid, id uuid, title text, rule text, anchor text, time_zone text, basis text, rdates json, exdates json,
      gap text, month_end text, overdue text, is_paused boolean, done bigint, current_task_id uuid, ended_reason text,
      created_at timestamptz, updated_at timestamptz
    )
    ON CONFLICT (workspace_id, id) DO UPDATE SET
      title = excluded.title, rule = excluded.rule, anchor = excluded.anchor, time_zone = excluded.time_zone,
      basis = excluded.basis, rdates = excluded.rdates, exdates = excluded.exdates, gap = excluded.gap,
      month_end = excluded.month_end, overdue = excluded.overdue, is_paused = excluded.is_paused, done = excluded.done,
      current_task_id = excluded.current_task_id, ended_reason = excluded.ended_reason,
      updated_at = excluded.updated_at`.execute(trx);
}

async function writeHistory(trx: Transaction<Tables>, entries: object[]): Promise<void> {
  await sql`
    INSERT INTO recurring_task_service.series_history (workspace_id, series_id, at, kind, task_id, date, detail)
    SELECT * FROM json_to_recordset(${JSON.stringify(entries)}::json) AS given (
      workspace_id uuid, series_id uuid, at timestamptz, kind text, task_id uuid, date text, detail text
    )`.execute(trx);
}

/** Takes pending reminders away that are no longer in their book, and adds what is. One that fired meanwhile stays fired. */
async function writeBooks(trx: Transaction<Tables>, books: KeptBook[]): Promise<void> {
  const rows = books.flatMap(({ place, book, traces }) =>
    [...book].map(([ms, state]) => {
      const at = new Date(ms).toISOString();
      return {
        workspace_id: place.workspace_id,
        task_id: place.id,
        remind_at: at,
        state,
        event_id: reminderIdOf(place.workspace_id, place.id, at),
        traceparent: traces.get(ms) ?? null,
      };
    }),
  );
  const places = books.map(({ place }) => place);
  await sql`${sql.raw(plannedEachTime)}
    WITH given AS MATERIALIZED (
      SELECT * FROM json_to_recordset(${JSON.stringify(rows)}::json) AS given (
        workspace_id uuid, task_id uuid, remind_at timestamptz, state text, event_id uuid, traceparent text
      )
    ), gone AS (
      DELETE FROM recurring_task_service.reminders pending
      USING json_to_recordset(${JSON.stringify(places)}::json) AS place (workspace_id uuid, id uuid)
      WHERE pending.workspace_id = place.workspace_id AND pending.task_id = place.id AND pending.state = 'pending'
        AND NOT EXISTS (
          SELECT FROM given WHERE given.workspace_id = pending.workspace_id AND given.task_id = pending.task_id
            AND given.remind_at = pending.remind_at
        )
    )
    INSERT INTO recurring_task_service.reminders (workspace_id, task_id, remind_at, state, event_id, traceparent)
    SELECT workspace_id, task_id, remind_at, state, event_id, traceparent FROM given WHERE state <> 'fired'
    ON CONFLICT (workspace_id, task_id, remind_at) DO NOTHING`.execute(trx);
}
