import { sql, type Transaction } from 'kysely';
import { plannedEachTime } from '@rondo/shared/database/database';
import { inSlices } from '@rondo/shared/workers/slices';
import type { OutgoingMessage } from '@rondo/shared/messaging/message-outbox';
import type { PublishedSeries } from '@rondo/shared/contracts/series-event';
import { successorIdOf } from '@rondo/shared/contracts/successor-id';
import type { HistoryEntry, Known } from '../domain/decision.ts';
import { isClosed, type FollowedTask } from '../domain/followed-task.ts';
import type { ReminderState, TaskReminders } from '../reminders/domain/task-reminders.ts';
import { zoneOfSeries, type SeriesState } from '../series/domain/series.ts';
import { publishedSeries } from '../series/domain/published-series.ts';
import { seriesMessage } from '../series/store/series-messages.ts';
import { occurrencesAtOnce } from '../series/domain/next-occurrences.ts';
import { findLastOfRun } from './find-last-of-run.ts';
import { readPersonZones } from './people.ts';
import { seriesOfRow, taskOfRow, type Tables } from './tables.ts';
import {
  writeHistory,
  writeReminders,
  writeSeries,
  writeTasks,
  type RowKey,
  type StoredReminders,
} from './write-rows.ts';

/**
 * How long one transaction may compute next occurrences, in milliseconds. Series beyond that get none, and a worker computes them:
 * many series with hostile rules must not delay the successors of everyone.
 */
const maxComputingMs = 50;

const keyOf = ({ workspace_id: workspaceId, id }: RowKey): string => `${workspaceId} ${id}`;

/**
 * The tasks, series and reminders that one transaction works on. They are read once at the beginning, kept in memory
 * while decisions are applied one after the other, and written once at the end.
 */
export class RecurrenceUnitOfWork {
  readonly #tasks = new Map<string, FollowedTask>();
  readonly #series = new Map<string, SeriesState>();
  readonly #reminders = new Map<string, StoredReminders>();
  /** The last occurrence of each run of closed ones, by the one before the run. Those between them are not loaded. */
  readonly #runs = new Map<string, string>();
  /** Of each person, by workspace. */
  readonly #personZones = new Map<string, string>();
  /** What the next occurrences of each stored series were computed from. */
  readonly #courses = new Map<string, string>();
  /** What is published of each stored series, as text. */
  readonly #published = new Map<string, string>();
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

  /** The tasks and the series of a workspace, as far as they are loaded. */
  known(workspaceId: string): Known {
    return {
      task: (id) => this.task({ workspace_id: workspaceId, id }),
      series: (id) => this.series({ workspace_id: workspaceId, id }),
      lastOfRun: (id) => this.#runs.get(keyOf({ workspace_id: workspaceId, id })) ?? id,
      personZone: this.#personZones.get(workspaceId) ?? null,
    };
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
    const {
      reminders: before,
      traces,
      forgotten,
    } = this.#reminders.get(key) ?? {
      reminders: new Map<number, ReminderState>(),
      traces: new Map<number, string | null>(),
      forgotten: new Set<number>(),
    };
    for (const at of reminders.keys()) {
      if (!before.has(at)) traces.set(at, traceparent);
      forgotten.delete(at);
    }
    for (const [at, state] of before) if (state !== 'pending' && !reminders.has(at)) forgotten.add(at);
    this.#reminders.set(key, { task: { workspace_id, id }, reminders, traces, forgotten });
    this.#changedReminders.add(key);
  }

  addHistory(series: SeriesState, at: string, entries: HistoryEntry[]): void {
    for (const entry of entries)
      this.#history.push({ ...entry, workspace_id: series.workspace_id, series_id: series.id, at });
  }

  /** Writes all changes. @returns the events of the series whose published fields changed */
  async write(trx: Transaction<Tables>): Promise<OutgoingMessage[]> {
    const tasks = [...this.#changedTasks].flatMap((key) => this.#tasks.get(key) ?? []);
    const series = await this.#changedSeriesWithDates(trx);
    const reminders = [...this.#changedReminders].flatMap((key) => this.#reminders.get(key) ?? []);
    const messages = series.flatMap((one) => this.#eventOf(one));
    if (tasks.length > 0) await writeTasks(trx, tasks);
    if (series.length > 0) await writeSeries(trx, series);
    if (this.#history.length > 0) await writeHistory(trx, this.#history);
    if (reminders.length > 0) await writeReminders(trx, reminders);
    return messages;
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
      if (stored) this.#published.set(key, JSON.stringify(this.#publishedOf(stored)));
      if (stored && stored.next_occurrences !== null) this.#courses.set(key, this.#courseOf(stored));
    }
  }

  /** Reads the zones of people's settings. */
  async loadPersonZones(trx: Transaction<Tables>, workspaces: string[]): Promise<void> {
    for (const [workspaceId, zone] of await readPersonZones(trx, workspaces))
      this.#personZones.set(workspaceId, zone);
  }

  /** Reads the series of tasks that are loaded. */
  async loadSeriesOf(trx: Transaction<Tables>, tasks: RowKey[]): Promise<void> {
    const series = tasks.flatMap((key): RowKey[] => {
      const id = this.task(key)?.series_id ?? null;
      return id === null ? [] : [{ workspace_id: key.workspace_id, id }];
    });
    await this.load(
      trx,
      [],
      series.filter((key) => !this.#series.has(keyOf(key))),
    );
  }

  /**
   * Reads the last closed occurrence, and what follows it, after those that have a closed successor, which only a reopened one has.
   * There may be any number of closed ones in between: they are not loaded.
   */
  async loadLaterOccurrences(trx: Transaction<Tables>, tasks: RowKey[]): Promise<void> {
    for (const { workspace_id, id } of tasks) {
      const isClosedTask = (taskId: string) =>
        isClosed(this.task({ workspace_id, id: taskId })?.state ?? 'open');
      for (let first = successorIdOf(id); isClosedTask(first);) {
        const run = {
          workspace_id,
          id: first,
          seriesId: this.task({ workspace_id, id: first })?.series_id ?? null,
        };
        const isLoaded = (later: string) => this.#tasks.has(keyOf({ workspace_id, id: later }));
        const last = await findLastOfRun(trx, run, isLoaded);
        const following = successorIdOf(last);
        const ends = [last, following].map((end) => ({ workspace_id, id: end }));
        await this.load(
          trx,
          ends.filter((key) => !this.#tasks.has(keyOf(key))),
        );
        this.#runs.set(keyOf({ workspace_id, id: first }), last);
        first = following;
      }
    }
  }

  /** The changed series. Those that take another course get new next occurrences, as far as there is time. */
  async #changedSeriesWithDates(trx: Transaction<Tables>): Promise<SeriesState[]> {
    const changed = [...this.#changedSeries].flatMap((key) => this.#series.get(key) ?? []);
    const others = changed.filter((series) => this.#courses.get(keyOf(series)) !== this.#courseOf(series));
    // The date of the current occurrence is published.
    const isOther = new Set(others);
    const dated = changed.filter((series) => isOther.has(series) || this.#isToPublish(series));
    const current = dated.map(({ workspace_id, current_task_id: id }) => ({ workspace_id, id }));
    const missing = current.filter((task) => !this.#tasks.has(keyOf(task)));
    if (missing.length > 0) await this.load(trx, missing);
    let leftMs = maxComputingMs;
    await inSlices(others, (series) => {
      const start = performance.now();
      const task = this.task({ workspace_id: series.workspace_id, id: series.current_task_id });
      series.next_occurrences = leftMs > 0 ? occurrencesAtOnce(series, task?.scheduled ?? null) : null;
      leftMs -= performance.now() - start;
    });
    return changed;
  }

  #publishedOf(series: SeriesState): PublishedSeries {
    const { workspace_id, current_task_id: id } = series;
    return publishedSeries(series, this.task({ workspace_id, id })?.scheduled ?? null);
  }

  /** The event of a series; none if nothing of it changed that is published. */
  #eventOf(series: SeriesState): OutgoingMessage[] {
    if (!this.#isToPublish(series)) return [];
    series.version += 1;
    return [seriesMessage(series, this.#publishedOf(series))];
  }

  #isToPublish(series: SeriesState): boolean {
    return this.#published.get(keyOf(series)) !== JSON.stringify(this.#publishedOf(series));
  }

  #courseOf(series: SeriesState): string {
    const { workspace_id, current_task_id: id, rule, anchor, basis, rdates, exdates } = series;
    const { gap, month_end, ended_reason } = series;
    const scheduled = this.task({ workspace_id, id })?.scheduled;
    const policies = [gap, month_end, ended_reason === null];
    return JSON.stringify([
      rule,
      anchor,
      zoneOfSeries(series),
      basis,
      rdates,
      exdates,
      policies,
      id,
      scheduled,
    ]);
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
      this.#reminders.set(keyOf(task), { task, reminders, traces: new Map(), forgotten: new Set() });
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
