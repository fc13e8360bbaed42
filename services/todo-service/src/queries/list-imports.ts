import type { TodoContext } from '../context.ts';
import type { Tables } from '../store/tables.ts';

export type Import = Omit<Tables['todo_service.imports'], 'workspace_id' | 'after_seq' | 'turn_id'>;

const maxListed = 100;

/** Lists the last imports of a workspace, newest first. */
export async function listImports(
  { database }: Pick<TodoContext, 'database'>,
  workspaceId: string,
): Promise<Import[]> {
  const rows = await database
    .selectFrom('todo_service.imports')
    .select(['id', 'person_id', 'format', 'file_name', 'created_at', 'tasks', 'undone_at'])
    .where('workspace_id', '=', workspaceId)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(maxListed)
    .execute();
  return rows.map((row) => ({
    ...row,
    created_at: new Date(row.created_at).toISOString(),
    undone_at: row.undone_at === null ? null : new Date(row.undone_at).toISOString(),
  }));
}
