import { sql, type Transaction } from 'kysely';
import type { Task } from '@rondo/shared/contracts/task';
import { AppError, notFound } from '@rondo/shared/errors';
import type { CommandContext, TodoContext } from '../context.ts';
import { decide, type Command } from '../domain/task.ts';
import { findVersion } from '../queries/find-version.ts';
import { runCommand } from '../store/apply-command.ts';
import type { CommandAnswer } from '../store/command-answer.ts';
import { atMostOnce } from '../store/idempotency.ts';
import { checkPlace, deleteSubtree } from '../store/subtree.ts';
import type { Tables } from '../store/tables.ts';
import type { WorkingSet } from '../store/working-set.ts';

type EventToUndo = { command_id: string; task_id: string; version: number };
type VersionRange = { taskId: string; before: number; after: number };

const maxAgeMs = 24 * 60 * 60 * 1000;

/**
 * Undoes the person's last command that is at most a day old and not undone yet. What it created goes to the trash;
 * everything else returns to the version before. The next undo reverts the command before it. Changes that recurrence made
 * on the person's behalf are skipped: recurrence revokes them itself.
 * @throws AppError 404 if there is nothing to undo; 409 `undo-conflict` if one of the tasks has changed since
 */
export function undoLastChange(ctx: TodoContext, command: CommandContext): Promise<CommandAnswer> {
  return atMostOnce(ctx, command, () =>
    runCommand(ctx, command, async (tasks, trx) => {
      const now = ctx.clock.now();
      const events = await lastCommand(trx, command, now);
      const [first] = events;
      if (!first) throw notFound('change to undo');
      for (const range of versionRanges(events)) await undoTask(trx, tasks, range, now);
      for (const change of tasks.changes) {
        await checkPlace(tasks, change).catch((error: unknown) => {
          throw error instanceof AppError ? conflict(change.before) : error;
        });
      }
      const body = JSON.stringify({ tasks: tasks.changes.map(({ after }) => after) });
      return { answer: { status: 200, body }, undoes: first.command_id };
    }),
  );
}

/** Finds the events of the command to undo, latest first. The events of a command have consecutive seqs. */
async function lastCommand(
  trx: Transaction<Tables>,
  { identity }: CommandContext,
  now: Date,
): Promise<EventToUndo[]> {
  const since = new Date(now.getTime() - maxAgeMs).toISOString();
  const { rows } = await sql<EventToUndo>`
    WITH last AS (
      SELECT command_id, seq FROM todo_service.events did
      WHERE workspace_id = ${identity.workspaceId} AND actor_id = ${identity.personId} AND undoes IS NULL
        AND actor_source <> 'recurrence'
        AND occurred_at > ${since} AND event_type <> 'task-purged' AND NOT ${isUndone('did')}
      ORDER BY seq DESC LIMIT 1
    ), before AS (
      SELECT max(event.seq) AS seq FROM todo_service.events event, last
      WHERE workspace_id = ${identity.workspaceId} AND event.seq < last.seq AND event.command_id <> last.command_id
    )
    SELECT event.command_id, task_id, version FROM todo_service.events event, last, before
    WHERE workspace_id = ${identity.workspaceId} AND event.seq <= last.seq AND event.seq > coalesce(before.seq, 0)
    ORDER BY event.seq DESC`.execute(trx);
  return rows;
}

/** For each task that a command changed: its versions before and after. */
function versionRanges(events: EventToUndo[]): VersionRange[] {
  const ranges = new Map<string, VersionRange>();
  for (const { task_id: taskId, version } of events) {
    ranges.set(taskId, { taskId, before: version - 1, after: ranges.get(taskId)?.after ?? version });
  }
  return [...ranges.values()];
}

async function undoTask(
  trx: Transaction<Tables>,
  tasks: WorkingSet,
  { taskId, before, after }: VersionRange,
  now: Date,
): Promise<void> {
  const task = await tasks.find(taskId);
  if (!task || (await hasChangedSince(trx, task, after))) throw conflict(task);
  if (before === 0) return task.deleted_at === null ? deleteSubtree(tasks, task, now) : undefined;
  const text = await findVersion({ database: trx }, task.workspace_id, taskId, before);
  if (text === undefined) throw notFound('earlier version of the task');
  const earlier = JSON.parse(text) as Task;
  if (earlier.deleted_at !== null && task.deleted_at !== null) return;
  const command: Command = earlier.deleted_at === null ? { kind: 'revert', to: earlier } : { kind: 'delete' };
  const change = decide(task, command, now);
  if (change) tasks.apply(change);
}

function conflict(current: Task | undefined): AppError {
  return new AppError(
    'undo-conflict',
    'The task, or its parent, has changed since. Its history shows what happened.',
    {
      status: 409,
      ...(current ? { current } : {}),
    },
  );
}

/** Whether a task has a change after a version that was not undone. */
async function hasChangedSince(
  trx: Transaction<Tables>,
  { id, workspace_id: workspaceId }: Task,
  version: number,
): Promise<boolean> {
  const { rows } = await sql`
    SELECT FROM todo_service.events later
    WHERE workspace_id = ${workspaceId} AND task_id = ${id} AND version > ${version} AND undoes IS NULL
      AND NOT ${isUndone('later')}
    LIMIT 1`.execute(trx);
  return rows.length > 0;
}

function isUndone(event: string) {
  const name = sql.ref;
  return sql`EXISTS (
    SELECT FROM todo_service.events undone
    WHERE undone.workspace_id = ${name(`${event}.workspace_id`)} AND undone.undoes = ${name(`${event}.command_id`)}
  )`;
}
