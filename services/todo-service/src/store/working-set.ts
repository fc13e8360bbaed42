import { sql, type Kysely, type Transaction } from 'kysely';
import type { Task } from '@rondo/shared/contracts/task';
import type { Change } from '../domain/task.ts';
import type { Tables } from './tables.ts';

/** The tasks of a workspace as one command sees them: what is stored, and over it what the command decided so far. */
export class WorkingSet {
  readonly workspace_id: string;
  readonly #database: Kysely<Tables> | Transaction<Tables>;
  readonly #tasks = new Map<string, Task | undefined>();
  readonly #changes: Change[] = [];

  constructor(database: Kysely<Tables> | Transaction<Tables>, workspaceId: string) {
    this.#database = database;
    this.workspace_id = workspaceId;
  }

  /** What the command decided, in order. */
  get changes(): readonly Change[] {
    return this.#changes;
  }

  /** A task, in the trash or not; undefined when there is none. */
  async find(id: string): Promise<Task | undefined> {
    await this.load([id]);
    return this.#tasks.get(id);
  }

  /** Reads tasks in one query that `find` will be asked for. */
  async load(ids: string[]): Promise<void> {
    const missing = [...new Set(ids)].filter((id) => !this.#tasks.has(id));
    if (missing.length === 0) return;
    const rows = await this.#database
      .selectFrom('todo_service.tasks')
      .select('task')
      .where('workspace_id', '=', this.workspace_id)
      .where('id', '=', sql<string>`ANY(${missing}::uuid[])`)
      .execute();
    for (const id of missing) this.#tasks.set(id, undefined);
    for (const { task } of rows) this.#keep(JSON.parse(task) as Task);
  }

  /** The subtasks of a task, their subtasks and so on, in the trash or not: one array a level, the nearest first. */
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

  apply(change: Change): void {
    this.#changes.push(change);
    this.#keep(change.after);
  }

  async #childrenOf(parents: string[]): Promise<Task[]> {
    const rows = await this.#database
      .selectFrom('todo_service.tasks')
      .select(['id', 'task'])
      .where('workspace_id', '=', this.workspace_id)
      .where('parent_id', '=', sql<string>`ANY(${parents}::uuid[])`)
      .execute();
    for (const { id, task } of rows) if (!this.#tasks.has(id)) this.#keep(JSON.parse(task) as Task);
    const wanted = new Set<string | null>(parents);
    return [...this.#tasks.values()].filter((task): task is Task => wanted.has(task?.parent_id ?? null));
  }

  #keep(task: Task): void {
    this.#tasks.set(task.id, task);
  }
}
