import { sql, type Kysely, type RawBuilder, type Transaction } from 'kysely';
import type { Task } from '@rondo/shared/contracts/task';
import { AppError } from '@rondo/shared/errors';
import { createPauses } from '@rondo/shared/workers/slices';
import type { Change } from '../domain/task.ts';
import { readHistoryId } from './history-id.ts';
import type { Tables } from './tables.ts';

/**
 * What one command may read, and what it may write. Its tasks are in memory together, before and after the change, as JSON too, and
 * one transaction writes them.
 */
export const commandLimits = { tasks: 5_000, bytes: 16 * 1024 * 1024 } as const;

type FoundTask = { task: string; bytes: number; found: number };

/** The tasks of a workspace as one command sees them: the stored tasks, with the changes that it decided so far. */
export class WorkingSet {
  readonly workspaceId: string;
  readonly #database: Kysely<Tables> | Transaction<Tables>;
  readonly #tasks = new Map<string, Task | undefined>();
  /** The ids of the known tasks directly below each task, and the tasks below which all are known. */
  readonly #below = new Map<string, Set<string>>();
  readonly #withAllBelow = new Set<string>();
  readonly #changes: Change[] = [];
  readonly #purgedAt = new Map<string, number>();
  #historyId: string | undefined;
  #tasksRead = 0;
  #bytesRead = 0;

  constructor(database: Kysely<Tables> | Transaction<Tables>, workspaceId: string) {
    this.#database = database;
    this.workspaceId = workspaceId;
  }

  /** The history that the tasks belong to. */
  async historyId(): Promise<string> {
    return (this.#historyId ??= await readHistoryId(this.#database));
  }

  /** The decided changes, in order. */
  get changes(): readonly Change[] {
    return this.#changes;
  }

  /** Finds a task, including one in the trash. @throws AppError 422 `command-too-large` */
  async find(id: string): Promise<Task | undefined> {
    await this.load([id]);
    return this.#tasks.get(id);
  }

  /** The last version of a purged task that had the id; 0 without one, or if its events were pruned. */
  async purgedAtVersion(id: string): Promise<number> {
    await this.load([id]);
    return this.#purgedAt.get(id) ?? 0;
  }

  /** Takes a task as stored: in a preview, one that is not; after the write, one with its number. */
  assume(task: Task): void {
    this.#keep(task);
  }

  /** Reads tasks with few queries, so that `find` needs none for them. @throws AppError 422 `command-too-large` */
  async load(ids: string[]): Promise<void> {
    const missing = [...new Set(ids)].filter((id) => !this.#tasks.has(id));
    if (missing.length === 0) return;
    const found = await this.#read(sql`id = ANY(${missing}::uuid[])`);
    for (const id of missing) this.#tasks.set(id, undefined);
    for (const task of found) this.#keep(task);
    const absent = missing.filter((id) => this.#tasks.get(id) === undefined);
    if (absent.length === 0) return;
    const { rows } = await sql<{ task_id: string; version: number }>`
      SELECT absent.id AS task_id, last.version FROM unnest(${absent}::uuid[]) AS absent (id) CROSS JOIN LATERAL (
        SELECT version FROM todo_service.events
        WHERE workspace_id = ${this.workspaceId} AND task_id = absent.id ORDER BY version DESC LIMIT 1
      ) last`.execute(this.#database);
    for (const { task_id: id, version } of rows) this.#purgedAt.set(id, version);
  }

  /** Locks tasks, in the order of their ids, so that nothing changes them before the transaction ends. Call it before reading. */
  async lock(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await sql`
      SELECT FROM todo_service.tasks WHERE workspace_id = ${this.workspaceId} AND id = ANY (${ids}::uuid[])
      ORDER BY id FOR UPDATE`.execute(this.#database);
  }

  /** Reads the tasks directly below some tasks with one query, so that `levelsBelow` needs none for them. @throws as `load` */
  async loadBelow(ids: string[]): Promise<void> {
    await this.#childrenOf(ids);
  }

  /**
   * Finds the subtree below a task, including tasks in the trash: one array per level, direct subtasks first.
   * @throws AppError 422 `command-too-large`
   */
  async levelsBelow(id: string): Promise<Task[][]> {
    const levels: Task[][] = [];
    const seen = new Set([id]);
    let parents = [id];
    for (;;) {
      const level = (await this.#childrenOf(parents)).filter((child) => !seen.has(child.id));
      if (level.length === 0) return levels;
      levels.push(level);
      parents = level.map((child) => child.id);
      for (const child of parents) seen.add(child);
    }
  }

  /** @throws AppError 422 `command-too-large` */
  apply(change: Change): void {
    if (this.#changes.length >= commandLimits.tasks) throw tooLarge();
    this.#changes.push(change);
    this.#keep(change.after);
  }

  async #childrenOf(parents: string[]): Promise<Task[]> {
    const unread = parents.filter((id) => !this.#withAllBelow.has(id));
    if (unread.length > 0) {
      const known = [...this.#tasks.keys()];
      // Known ones may have changed in this command.
      const found = await this.#read(sql`parent_id = ANY(${unread}::uuid[]) AND id <> ALL(${known}::uuid[])`);
      for (const task of found) this.#keep(task);
      for (const id of unread) this.#withAllBelow.add(id);
    }
    const ids = parents.flatMap((id) => [...(this.#below.get(id) ?? [])]);
    return ids.flatMap((id) => this.#tasks.get(id) ?? []);
  }

  /** Reads no more than what a command may read. */
  async #read(condition: RawBuilder<unknown>): Promise<Task[]> {
    const [tasks, bytes] = [commandLimits.tasks - this.#tasksRead, commandLimits.bytes - this.#bytesRead];
    const { rows } = await sql<FoundTask>`
      SELECT * FROM (
        SELECT task, sum(octet_length(task::text)) OVER (ROWS UNBOUNDED PRECEDING) AS bytes, count(*) OVER () AS found
        FROM (
          SELECT task FROM todo_service.tasks WHERE workspace_id = ${this.workspaceId} AND ${condition}
          LIMIT ${tasks + 1}
        ) stored
      ) sized WHERE bytes <= ${bytes} OR bytes = octet_length(task::text)`.execute(this.#database);
    const last = rows.at(-1);
    if (!last) return [];
    if (rows.length > tasks || last.found > rows.length || last.bytes > bytes) throw tooLarge();
    this.#tasksRead += rows.length;
    this.#bytesRead += last.bytes;
    const found: Task[] = [];
    const pause = createPauses();
    for (const { task } of rows) {
      found.push(JSON.parse(task) as Task);
      await pause();
    }
    return found;
  }

  #keep(task: Task): void {
    const { parent_id: before = null } = this.#tasks.get(task.id) ?? {};
    this.#tasks.set(task.id, task);
    if (before !== null && before !== task.parent_id) this.#below.get(before)?.delete(task.id);
    if (task.parent_id === null) return;
    const siblings = this.#below.get(task.parent_id);
    if (siblings) siblings.add(task.id);
    else this.#below.set(task.parent_id, new Set([task.id]));
  }
}

/** 422: a command concerns more than can be changed at once. */
export function tooLarge(): AppError {
  const { tasks, bytes } = commandLimits;
  return new AppError(
    'command-too-large',
    `A command changes at most ${tasks.toLocaleString('en-US')} tasks, and ${bytes / 1024 ** 2} MiB of them. Change fewer at once, such as some of the subtasks.`,
  );
}
