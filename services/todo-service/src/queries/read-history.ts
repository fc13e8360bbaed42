import { Type, type Static } from 'typebox';
import { Count, DateTime, Uuid } from '@rondo/shared/contracts/scalars';
import { Actor } from '@rondo/shared/contracts/actor';
import type { Task } from '@rondo/shared/contracts/task';
import { TaskEventType } from '@rondo/shared/contracts/task-event';
import type { TodoContext } from '../context.ts';

const HistoryEntry = Type.Object({
  event_id: Uuid,
  event_type: TaskEventType,
  version: Count,
  timestamp: DateTime,
  actor: Actor,
  diff: Type.Record(Type.String(), Type.Object({ from: Type.Unknown(), to: Type.Unknown() })),
});

export const HistoryPage = Type.Object(
  { history: Type.Array(HistoryEntry), next_before: Type.Union([Count, Type.Null()]) },
  { $id: 'HistoryPage' },
);
export type HistoryPage = Static<typeof HistoryPage>;

/**
 * Reads the changes of a task, newest first, each with the changed fields. Only versions below `before` are returned.
 * Undefined if the workspace never had the task.
 */
export async function readHistory(
  { database }: Pick<TodoContext, 'database'>,
  workspaceId: string,
  id: string,
  { limit, before }: { limit: number; before?: number },
): Promise<HistoryPage | undefined> {
  // One more than the limit: the oldest entry of a page is compared with the version before it.
  const rows = await database
    .selectFrom('todo_service.events')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('task_id', '=', id)
    .where('version', '<', before ?? Number.MAX_SAFE_INTEGER)
    .orderBy('version', 'desc')
    .limit(limit + 1)
    .execute();
  if (rows.length === 0) return before === undefined ? undefined : { history: [], next_before: null };
  const tasks = rows.map(({ payload }) => JSON.parse(payload) as Task);
  const history = rows.slice(0, limit).map((row, index) => ({
    event_id: row.event_id,
    event_type: row.event_type as Static<typeof TaskEventType>,
    version: row.version,
    timestamp: row.occurred_at,
    actor: { user_id: row.actor_id, source: row.actor_source as Static<typeof Actor>['source'] },
    diff: diffOf(JSON.parse(row.changed) as (keyof Task)[], tasks[index + 1], tasks[index]),
  }));
  return { history, next_before: rows.length > limit ? (history.at(-1)?.version ?? null) : null };
}

function diffOf(
  changed: (keyof Task)[],
  from: Task | undefined,
  to: Task | undefined,
): HistoryPage['history'][number]['diff'] {
  return Object.fromEntries(
    changed.map((field) => [field, { from: from?.[field] ?? null, to: to?.[field] ?? null }]),
  );
}
