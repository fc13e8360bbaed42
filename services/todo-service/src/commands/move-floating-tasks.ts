import { sql } from 'kysely';
import { lowestUuid } from '@rondo/shared/database/lowest-uuid';
import type { Task } from '@rondo/shared/contracts/task';
import { continueTrace } from '@rondo/shared/observability/trace-context';
import { inSlices } from '@rondo/shared/workers/slices';
import { isTimeZone } from '@rondo/time/zone';
import type { CommandContext, TodoContext } from '../context.ts';
import { decide } from '../domain/task.ts';
import { logChange, pendingChange } from '../store/pending-change.ts';

/** How many tasks of a person are in memory, and in the write queue, at a time. */
const batchSize = 50;

type TaskToMove = { id: string; task: string; zone: string };

/** How many tasks were found, and the last of them; undefined if there are no more. */
export type Moved = { found: number; last: string | undefined };

/**
 * Moves a batch of the floating tasks of a person that are in another zone than that of their settings, as events of recurrence: the
 * first ones after the task `last`. What changes meanwhile is left to a next pass.
 * @throws AppError 403 `quota-exceeded`, 429 `busy`
 */
export async function moveFloatingTasks(
  ctx: TodoContext,
  personId: string,
  { last: after = lowestUuid, commandId }: { last: string | undefined; commandId: string },
): Promise<Moved> {
  const tasks = await readTasksToMove(ctx, personId, after);
  const written: Promise<void>[] = [];
  await inSlices(tasks, ({ task, zone }) => {
    written.push(moveTask(ctx, JSON.parse(task) as Task, { zone, commandId }));
    // Its failure is thrown below, with that of the others.
    written.at(-1)?.catch(() => undefined);
  });
  await Promise.all(written);
  return { found: tasks.length, last: tasks.at(-1)?.id };
}

async function readTasksToMove(
  { database }: Pick<TodoContext, 'database'>,
  personId: string,
  after: string,
): Promise<TaskToMove[]> {
  const { rows } = await sql<TaskToMove>`
    SELECT tasks.id, task, time_zone AS zone
    FROM todo_service.tasks JOIN todo_service.people USING (workspace_id)
    WHERE workspace_id = ${personId} AND tasks.id > ${after} AND status <> 'complete' AND deleted_at IS NULL
      AND task ->> 'is_floating' = 'true' AND task ->> 'time_zone' <> people.time_zone
    ORDER BY tasks.id LIMIT ${batchSize}`.execute(database);
  return rows.filter(({ zone }) => isTimeZone(zone));
}

async function moveTask(
  ctx: TodoContext,
  task: Task,
  { zone, commandId }: { zone: string; commandId: string },
): Promise<void> {
  const change = decide(task, { kind: 'move', zone }, ctx.clock.now());
  if (!change) return;
  const { workspace_id: workspaceId } = task;
  const command: CommandContext = {
    identity: {
      personId: workspaceId,
      workspaceId,
      source: 'recurrence',
      timeZone: zone,
      settingsZone: zone,
    },
    trace: continueTrace(undefined),
  };
  const pending = pendingChange(ctx, command, change, commandId);
  const written = await ctx.writes.submit(pending);
  if (written) logChange(ctx, command, pending, written.seq);
}
