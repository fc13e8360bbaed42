import { sql, type Kysely, type Transaction } from 'kysely';
import type { Task } from '@rondo/shared/contracts/task';
import type { Change } from '../domain/task.ts';
import type { Tables } from './tables.ts';

/** The tasks of a workspace as one command sees them: the stored tasks, with the changes that it decided so far. */
export class WorkingSet {
  readonly workspaceId: string;
  readonly #database: Kysely<Tables> | Transaction<Tables>;
  readonly #tasks = new Map<string, Task | undefined>();
  readonly #changes: Change[] = [];

  constructor(database: Kysely<Tables> | Transaction<Tables>, workspaceId: string) {
    this.#database = database;
    this.workspaceId = workspaceId;
  }

  /** The decided changes, in order. */
  get changes(): readonly Change[] {
    return this.#changes;
  }

  /** Finds a task, including one in the trash. */
  async find(id: string): Promise<Task | undefined> {
    await this.load([id]);
    return this.#tasks.get(id);
  }

  /** Reads tasks in one query, so that `find` needs none for them. */
  async load(ids: string[]): Promise<void> {
    const missing = [...new Set(ids)].filter((id) => !this.#tasks.has(id));
    if (missing.length === 0) return;
    const rows = await this.#database
      .selectFrom('todo_service.tasks')
      .select('task')
      .where('workspace_id', '=', this.workspaceId)
      .where('id', '=', sql<string>`ANY(${missing}::uuid[])`)
      .execute();
    for (const id of missing) this.#tasks.set(id, undefined);
    for (const { task } of rows) this.#keep(JSON.parse(task) as Task);
  }

  /** Finds the subtree below a task, including tasks in the trash: one array per level, direct subtasks first. */
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
      .where('workspace_id', '=', this.workspaceId)
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
