import { sql, type Kysely, type Transaction } from 'kysely';
import type { Task } from '@rondo/shared/contracts/task';
import type { Tables } from '../tables.ts';

type Database = Kysely<Tables> | Transaction<Tables>;

/** The ids of a task's ancestors, nearest first, up to eleven. */
export async function ancestorIds(database: Database, workspaceId: string, id: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    WITH RECURSIVE line AS (
      SELECT id, parent_id, 1 AS depth FROM todo_service.tasks WHERE workspace_id = ${workspaceId} AND id = ${id}
      UNION ALL
      SELECT parent.id, parent.parent_id, line.depth + 1 FROM line
      JOIN todo_service.tasks parent ON parent.workspace_id = ${workspaceId} AND parent.id = line.parent_id
      WHERE line.depth < 11
    )
    SELECT id FROM line ORDER BY depth`.execute(database);
  return rows.map(({ id }) => id);
}

/** All subtasks of a task, their subtasks and so on, whether in the trash or not. */
export async function descendants(database: Database, workspaceId: string, id: string): Promise<Task[]> {
  const { rows } = await sql<{ task: string }>`
    WITH RECURSIVE family AS (
      SELECT id, task::text AS task, 0 AS depth FROM todo_service.tasks WHERE workspace_id = ${workspaceId} AND parent_id = ${id}
      UNION ALL
      SELECT child.id, child.task::text, family.depth + 1 FROM family
      JOIN todo_service.tasks child ON child.workspace_id = ${workspaceId} AND child.parent_id = family.id
      WHERE family.depth < 20
    )
    SELECT task FROM family ORDER BY depth, id`.execute(database);
  return rows.map(({ task }) => JSON.parse(task) as Task);
}
