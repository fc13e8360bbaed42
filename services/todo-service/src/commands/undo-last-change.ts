import { sql, type Kysely, type Transaction } from 'kysely';
import type { Task } from '@rondo/shared/contracts/task';
import type { TaskEventType } from '@rondo/shared/contracts/task-event';
import { AppError, notFound } from '@rondo/shared/errors';
import { inSlices } from '@rondo/shared/workers/slices';
import type { CommandContext, TodoContext } from '../context.ts';
import type { ZonesOfPerson } from '../domain/floating.ts';
import { decide } from '../domain/task.ts';
import { findVersions, versionsAtOnce } from '../queries/find-version.ts';
import { runCommand } from '../store/apply-command.ts';
import { tasksAnswer, type CommandAnswer } from '../store/command-answer.ts';
import { atMostOnce } from '../store/idempotency.ts';
import { keepOneOpen } from '../store/one-open-occurrence.ts';
import { checkPlace, deleteSubtree, withParentThatIs } from '../store/subtree.ts';
import { isUndone } from '../store/undone-events.ts';
import { isZoneMove } from '../store/zone-moves.ts';
import type { Tables } from '../store/tables.ts';
import type { WorkingSet } from '../store/working-set.ts';
import { undoImport, type UndoneImport } from './undo-import.ts';

type EventToUndo = {
  isImport: boolean;
  command_id: string;
  task_id: string;
  version: number;
  event_type: TaskEventType;
};
/** `before` is undefined if the command created the task. */
type VersionRange = { taskId: string; before: number | undefined; after: number };

const maxAgeMs = 24 * 60 * 60 * 1000;

/**
 * Undoes the person's last command that is at most a day old and not undone yet. What it created goes to the trash;
 * everything else returns to the version before. The next undo reverts the command before it. An import is undone as a whole, and the
 * answer has its first 500 tasks. Changes that recurrence made
 * on the person's behalf are skipped: recurrence revokes them itself. So are the changes of purged tasks, which nothing brings back, and
 * moves out of purged parents. What else such a move changed is undone, and the answer says which tasks are at the top level therefore.
 * @throws AppError 404 if there is nothing to undo; 409 `undo-conflict` if one of the tasks has changed since,
 * `occurrence-open` if it would open a second occurrence of a series
 */
export function undoLastChange(ctx: TodoContext, command: CommandContext): Promise<CommandAnswer> {
  return atMostOnce(ctx, command, async () => {
    const [last] = await lastCommand(ctx.database, command, ctx.clock.now());
    if (last?.isImport) return undoImport(ctx, command, last.command_id, answerOfImport);
    return runCommand(ctx, command, async (tasks, trx) => {
      const now = ctx.clock.now();
      const events = await lastCommand(trx, command, now);
      const [first] = events;
      if (!first) throw nothingToUndo();
      if (first.isImport) throw new AppError('conflict', 'An import has begun. Try again.');
      const orphaned = await undoRanges(trx, tasks, versionRanges(events), { now, zones: command.identity });
      for (const change of tasks.changes) {
        await checkPlace(tasks, change).catch((error: unknown) => {
          throw error instanceof AppError ? conflict(change.before) : error;
        });
      }
      const undone = tasks.changes.map(({ after }) => after);
      await keepOneOpen(trx, tasks, now);
      return {
        answer: await tasksAnswer(undone, orphaned.length > 0 ? { at_top_level: orphaned } : {}),
        undoes: first.command_id,
      };
    });
  });
}

function nothingToUndo(): AppError {
  return new AppError(
    'not-found',
    'There is no change to undo. Tasks that were deleted for good can not be brought back.',
  );
}

function answerOfImport(progress: UndoneImport, tasks: Task[]): Promise<CommandAnswer> {
  return tasksAnswer(tasks, { import: progress });
}

/**
 * Finds the events of the command to undo, latest first. The events of a command have consecutive seqs, apart from an import, of which
 * only the last event is found.
 */
async function lastCommand(
  database: Kysely<Tables> | Transaction<Tables>,
  { identity }: CommandContext,
  now: Date,
): Promise<EventToUndo[]> {
  const since = new Date(now.getTime() - maxAgeMs).toISOString();
  const { rows } = await sql<EventToUndo>`
    WITH last AS (
      SELECT command_id, seq, made.id IS NOT NULL AS "isImport"
      FROM todo_service.events did LEFT JOIN todo_service.imports made ON made.id = did.command_id
      WHERE did.workspace_id = ${identity.workspaceId} AND actor_id = ${identity.personId} AND undoes IS NULL
        AND actor_source <> 'recurrence' AND occurred_at > ${since} AND NOT ${isPurged('did')}
        AND NOT ${isMoveOutOfPurged('did')}
        AND CASE WHEN made.id IS NULL THEN NOT ${isUndone('did')} ELSE made.undone_at IS NULL END
      ORDER BY seq DESC LIMIT 1
    ), before AS (
      SELECT max(event.seq) AS seq FROM todo_service.events event, last
      WHERE workspace_id = ${identity.workspaceId} AND event.seq < last.seq AND event.command_id <> last.command_id
    )
    SELECT "isImport", event.command_id, task_id, version, event_type FROM todo_service.events event, last, before
    WHERE workspace_id = ${identity.workspaceId} AND event.seq <= last.seq
      AND event.seq > CASE WHEN "isImport" THEN last.seq - 1 ELSE coalesce(before.seq, 0) END
      AND NOT ${isPurged('event')}
    ORDER BY event.seq DESC`.execute(database);
  return rows;
}

/** For each task that a command changed: its versions before and after. */
function versionRanges(events: EventToUndo[]): VersionRange[] {
  const ranges = new Map<string, VersionRange>();
  for (const { task_id: taskId, version, event_type: type } of events) {
    const before = type === 'task-created' ? undefined : version - 1;
    ranges.set(taskId, { taskId, before, after: ranges.get(taskId)?.after ?? version });
  }
  return [...ranges.values()];
}

type At = { now: Date; zones: ZonesOfPerson };

/**
 * Undoes what a command did to tasks, with a few queries for all of them.
 * @returns the ids of tasks that are at the top level because their earlier parents were purged
 */
async function undoRanges(
  trx: Transaction<Tables>,
  tasks: WorkingSet,
  ranges: VersionRange[],
  at: At,
): Promise<string[]> {
  await tasks.load(ranges.map(({ taskId }) => taskId));
  await tasks.loadBelow(ranges.flatMap(({ taskId, before }) => (before === undefined ? [taskId] : [])));
  const changedSince = await findChangedSince(trx, tasks.workspaceId, ranges);
  const orphaned: string[] = [];
  for (let from = 0; from < ranges.length; from += versionsAtOnce) {
    const chunk = ranges.slice(from, from + versionsAtOnce);
    const earlier = await earlierTasks(trx, tasks.workspaceId, chunk);
    await tasks.load([...earlier.values()].flatMap(({ parent_id: parentId }) => parentId ?? []));
    await inSlices(chunk, async ({ taskId, before }) => {
      const task = await tasks.find(taskId);
      if (!task || changedSince.has(taskId)) throw conflict(task);
      const was = { isCreation: before === undefined, earlier: earlier.get(taskId) };
      if (await undoTask(tasks, task, was, at)) orphaned.push(taskId);
    });
  }
  return orphaned;
}

/** Each task as it was before the command. A task that it created was not there. */
async function earlierTasks(
  trx: Transaction<Tables>,
  workspaceId: string,
  ranges: VersionRange[],
): Promise<Map<string, Task>> {
  const versions = ranges.flatMap(({ taskId, before }) =>
    before === undefined ? [] : [{ id: taskId, version: before }],
  );
  const texts = await findVersions({ database: trx }, workspaceId, versions);
  const tasks = new Map<string, Task>();
  await inSlices(texts, ([id, text]) => void tasks.set(id, JSON.parse(text) as Task));
  return tasks;
}

/** @returns whether the task is at the top level because its earlier parent was purged */
async function undoTask(
  tasks: WorkingSet,
  task: Task,
  { isCreation, earlier }: { isCreation: boolean; earlier: Task | undefined },
  { now, zones }: At,
): Promise<boolean> {
  if (isCreation) {
    if (task.deleted_at === null) await deleteSubtree(tasks, task, now);
    return false;
  }
  if (!earlier) throw notFound('earlier version of the task');
  if (earlier.deleted_at !== null && task.deleted_at !== null) return false;
  const isLive = earlier.deleted_at === null;
  const { to, isOrphaned } = await withParentThatIs(tasks, earlier);
  const change = decide(task, isLive ? { kind: 'revert', to } : { kind: 'delete' }, now, zones);
  if (change) tasks.apply(change);
  return isLive && isOrphaned;
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

/**
 * The ids of tasks with a change after the command that was not undone. That their person is in another zone now doesn't count, nor
 * does a move that nothing can undo.
 */
async function findChangedSince(
  trx: Transaction<Tables>,
  workspaceId: string,
  ranges: VersionRange[],
): Promise<Set<string>> {
  const { rows } = await sql<{ task_id: string }>`
    SELECT DISTINCT later.task_id
    FROM unnest(${ranges.map(({ taskId }) => taskId)}::uuid[], ${ranges.map(({ after }) => after)}::bigint[])
      AS range (task_id, version)
    CROSS JOIN LATERAL (
      SELECT task_id FROM todo_service.events later
      WHERE workspace_id = ${workspaceId} AND later.task_id = range.task_id AND later.version > range.version
        AND undoes IS NULL AND NOT ${isUndone('later')} AND NOT (${isZoneMove}) AND NOT ${isMoveOutOfPurged('later')}
      LIMIT 1
    ) later`.execute(trx);
  return new Set(rows.map(({ task_id: id }) => id));
}

/** Whether the task of an event was deleted for good, by this event or later. An import may have created it again since. */
function isPurged(event: string) {
  const name = sql.ref;
  return sql`EXISTS (
    SELECT FROM todo_service.events purged
    WHERE purged.workspace_id = ${name(`${event}.workspace_id`)} AND purged.task_id = ${name(`${event}.task_id`)}
      AND purged.version >= ${name(`${event}.version`)} AND purged.event_type = 'task-purged'
  )`;
}

/** Whether an event only moved a task to the top level, out of a parent that was deleted for good since. */
function isMoveOutOfPurged(event: string) {
  const name = sql.ref;
  return sql`(
    ${name(`${event}.changed`)}::text = '["parent_id"]' AND ${name(`${event}.payload`)} ->> 'parent_id' IS NULL AND EXISTS (
      SELECT FROM todo_service.events earlier
      WHERE earlier.workspace_id = ${name(`${event}.workspace_id`)} AND earlier.task_id = ${name(`${event}.task_id`)}
        AND earlier.version = ${name(`${event}.version`)} - 1 AND NOT EXISTS (
          SELECT FROM todo_service.tasks parent
          WHERE parent.workspace_id = earlier.workspace_id AND parent.id = (earlier.payload ->> 'parent_id')::uuid
        )
    )
  )`;
}
