import { sql, type Transaction } from 'kysely';
import { plannedEachTime } from '@rondo/shared/database/database';
import { inSlices } from '@rondo/shared/workers/slices';
import type { HistoryEntry } from '../domain/decision.ts';
import type { FollowedTask } from '../domain/followed-task.ts';
import type { ReminderState, TaskReminders } from '../reminders/domain/task-reminders.ts';
import type { SeriesState } from '../series/domain/series.ts';
import { computableOccurrences } from '../series/domain/next-occurrences.ts';
import { seriesOfRow, taskOfRow, type Tables } from './tables.ts';
import {
  writeHistory,
  writeReminders,
  writeSeries,
  writeTasks,
  type RowKey,
  type StoredReminders,
} from './write-rows.ts';

const keyOf = ({ workspace_id: workspaceId, id }: RowKey): string => `${workspaceId} ${id}`;

/**
 * The tasks, series and reminders that one transaction works on. They are read once at the beginning, kept in memory
 * while decisions are applied one after the other, and written once at the end.
 */
export class RecurrenceUnitOfWork {
  readonly #tasks = new Map<string, FollowedTask>();
  readonly #series = new Map<string, SeriesState>();
  readonly #reminders = new Map<string, StoredReminders>();
  /** What the next occurrences of each stored series were computed from. */
  readonly #courses = new Map<string, string>();
  readonly #changedTasks = new Set<string>();
  readonly #changedSeries = new Set<string>();
  readonly #changedReminders = new Set<string>();
  readonly #history: (HistoryEntry & { workspace_id: string; series_id: string; at: string })[] = [];

  /**
   * Locks the workspaces against other units of work, then reads the tasks and the series. All units of work lock
   * workspaces in the same order, so that they can't deadlock.
   */
  static async open(
    trx: Transaction<Tables>,
    tasks: RowKey[],
    series: RowKey[],
  ): Promise<RecurrenceUnitOfWork> {
    const workspaces = [...new Set([...tasks, ...series].map(({ workspace_id }) => workspace_id))].toSorted();
    await sql`
      SELECT pg_advisory_xact_lock(hashtextextended('recurring ' || id, 0))
      FROM unnest(${workspaces}::text[]) WITH ORDINALITY AS given (id, n) ORDER BY n`.execute(trx);
    const work = new RecurrenceUnitOfWork();
    await work.load(trx, tasks, series);
    return work;
  }

  task(key: RowKey): FollowedTask | undefined {
    return this.#tasks.get(keyOf(key));
  }

  series(key: RowKey): SeriesState | undefined {
    return this.#series.get(keyOf(key));
  }

  reminders(task: RowKey): TaskReminders {
    return this.#reminders.get(keyOf(task))?.reminders ?? new Map();
  }

  saveTask(task: FollowedTask): void {
    this.#tasks.set(keyOf(task), task);
    this.#changedTasks.add(keyOf(task));
  }

  saveSeries(series: SeriesState): void {
    this.#series.set(keyOf(series), series);
    this.#changedSeries.add(keyOf(series));
  }

  /** @param traceparent the trace that set the new ones among the reminders */
  saveReminders({ workspace_id, id }: RowKey, reminders: TaskReminders, traceparent: string | null): void {
    const key = keyOf({ workspace_id, id });
    const { reminders: before, traces } = this.#reminders.get(key) ?? {
      reminders: undefined,
      traces: new Map(),
    };
    for (const at of reminders.keys()) if (!before?.has(at)) traces.set(at, traceparent);
    this.#reminders.set(key, { task: { workspace_id, id }, reminders, traces });
    this.#changedReminders.add(key);
  }

  addHistory(series: SeriesState, at: string, entries: HistoryEntry[]): void {
    for (const entry of entries)
      this.#history.push({ ...entry, workspace_id: series.workspace_id, series_id: series.id, at });
  }

  /** Writes all changes. */
  async write(trx: Transaction<Tables>): Promise<void> {
    const tasks = [...this.#changedTasks].flatMap((key) => this.#tasks.get(key) ?? []);
    const series = await this.#changedSeriesWithDates(trx);
    const reminders = [...this.#changedReminders].flatMap((key) => this.#reminders.get(key) ?? []);
    if (tasks.length > 0) await writeTasks(trx, tasks);
    if (series.length > 0) await writeSeries(trx, series);
    if (this.#history.length > 0) await writeHistory(trx, this.#history);
    if (reminders.length > 0) await writeReminders(trx, reminders);
  }

  /** Reads more tasks and series of the locked workspaces. */
  async load(trx: Transaction<Tables>, tasks: RowKey[], series: RowKey[] = []): Promise<void> {
    for (const row of await rowsOf(trx, 'recurring_task_service.tasks', tasks))
      this.#tasks.set(keyOf(row), taskOfRow(row));
    for (const row of await rowsOf(trx, 'recurring_task_service.series', series))
      this.#series.set(keyOf(row), seriesOfRow(row));
    if (tasks.length > 0) await this.#loadReminders(trx, tasks);
    for (const key of series.map((one) => keyOf(one))) {
      const stored = this.#series.get(key);
      if (stored && stored.next_occurrences !== null) this.#courses.set(key, this.#courseOf(stored));
    }
  }

  /** The changed series. Those that take another course get new next occurrences. */
  async #changedSeriesWithDates(trx: Transaction<Tables>): Promise<SeriesState[]> {
    const changed = [...this.#changedSeries].flatMap((key) => this.#series.get(key) ?? []);
    const others = changed.filter((series) => this.#courses.get(keyOf(series)) !== this.#courseOf(series));
    const current = others.map(({ workspace_id, current_task_id: id }) => ({ workspace_id, id }));
    const missing = current.filter((task) => !this.#tasks.has(keyOf(task)));
    if (missing.length > 0) await this.load(trx, missing);
    await inSlices(others, (series) => {
      const task = this.task({ workspace_id: series.workspace_id, id: series.current_task_id });
      series.next_occurrences = computableOccurrences(series, task?.scheduled ?? null);
    });
    return changed;
  }

  #courseOf(series: SeriesState): string {
    const { workspace_id, current_task_id: id, rule, anchor, time_zone, basis, rdates, exdates } = series;
    const { gap, month_end, ended_reason } = series;
    const scheduled = this.task({ workspace_id, id })?.scheduled;
    const policies = [gap, month_end, ended_reason === null];
    return JSON.stringify([rule, anchor, time_zone, basis, rdates, exdates, policies, id, scheduled]);
  }

  async #loadReminders(trx: Transaction<Tables>, tasks: RowKey[]): Promise<void> {
    const { rows } = await sql<{
      workspace_id: string;
      task_id: string;
      remind_at: string;
      state: ReminderState;
    }>`${sql.raw(plannedEachTime)}
      SELECT known.workspace_id, task_id, remind_at, state FROM recurring_task_service.reminders known
      JOIN json_to_recordset(${JSON.stringify(tasks)}::json) AS given (workspace_id uuid, id uuid)
        ON given.workspace_id = known.workspace_id AND given.id = task_id`.execute(trx);
    for (const { workspace_id, task_id: id, remind_at: at, state } of rows) {
      const task = { workspace_id, id };
      const reminders = this.reminders(task).set(Date.parse(at), state);
      this.#reminders.set(keyOf(task), { task, reminders, traces: new Map() });
    }
  }
}

/** The rows with these keys, as far as they exist. */
async function rowsOf<Table extends keyof Tables>(
  trx: Transaction<Tables>,
  table: Table,
  keys: RowKey[],
): Promise<Tables[Table][]> {
  if (keys.length === 0) return [];
  const { rows } = await sql<Tables[Table]>`${sql.raw(plannedEachTime)}
    SELECT known.* FROM ${sql.table(table)} known
    JOIN json_to_recordset(${JSON.stringify(keys)}::json) AS given (workspace_id uuid, id uuid)
      USING (workspace_id, id)`.execute(trx);
  return rows;
}
