import { sql, type Transaction } from 'kysely';
import type { Task } from '@rondo/shared/contracts/task';
import { AppError, notFound } from '@rondo/shared/errors';
import { findVersion } from '../queries/find-version.ts';
import type { CommandRequest } from '../routes/command-context.ts';
import { decide, type Command } from '../domain/task.ts';
import type { TodoContext } from '../context.ts';
import type { Tables } from '../store/tables.ts';
import { atMostOnce, type CommandAnswer } from '../store/idempotency.ts';
import { changeTogether } from '../store/apply-command.ts';
import { checkPlace, deleteFamily } from '../store/subtree.ts';
import type { WorkingSet } from '../store/working-set.ts';

type Undoable = { command_id: string; task_id: string; version: number };
type Span = { task_id: string; from: number; to: number };

/**
 * Takes back the last command of a person in their workspace that was not taken back yet and is at most a day old; what
 * recurrence did on their behalf follows by itself. What it created goes to the trash, everything else returns to the version before. Once more takes back the one before it.
 * @throws AppError 404 when there is nothing; 409 `undo-conflict` when one of its tasks has moved on
 */
export function undoLastChange(ctx: TodoContext, request: CommandRequest): Promise<CommandAnswer> {
  return atMostOnce(ctx, request, () =>
    changeTogether(ctx, request, async (tasks, trx) => {
      const events = await lastCommand(trx, request, ctx.clock.now());
      const [first] = events;
      if (!first) throw notFound('change to undo');
      for (const span of spans(events)) await takeBack(trx, tasks, span, ctx.clock.now());
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

const undoableMs = 24 * 60 * 60 * 1000;

/** The events of the command to take back, latest first. A command's events stand together in its workspace's order. */
async function lastCommand(
  trx: Transaction<Tables>,
  { identity }: CommandRequest,
  now: Date,
): Promise<Undoable[]> {
  const since = new Date(now.getTime() - undoableMs).toISOString();
  const { rows } = await sql<Undoable>`
    WITH last AS (
      SELECT command_id, seq FROM todo_service.events did
      WHERE workspace_id = ${identity.workspace_id} AND actor_id = ${identity.person_id} AND undoes IS NULL
        AND actor_source <> 'recurrence'
        AND occurred_at > ${since} AND event_type <> 'task-purged' AND NOT ${wasTakenBack('did')}
      ORDER BY seq DESC LIMIT 1
    ), before AS (
      SELECT max(event.seq) AS seq FROM todo_service.events event, last
      WHERE workspace_id = ${identity.workspace_id} AND event.seq < last.seq AND event.command_id <> last.command_id
    )
    SELECT event.command_id, task_id, version FROM todo_service.events event, last, before
    WHERE workspace_id = ${identity.workspace_id} AND event.seq <= last.seq AND event.seq > coalesce(before.seq, 0)
    ORDER BY event.seq DESC`.execute(trx);
  return rows;
}

/** For each task that a command touched: the version before it and the one after. */
function spans(events: Undoable[]): Span[] {
  const touched = new Map<string, Span>();
  for (const { task_id, version } of events) {
    touched.set(task_id, { task_id, to: touched.get(task_id)?.to ?? version, from: version - 1 });
  }
  return [...touched.values()];
}

async function takeBack(
  trx: Transaction<Tables>,
  tasks: WorkingSet,
  { task_id: id, from, to }: Span,
  now: Date,
): Promise<void> {
  const task = await tasks.find(id);
  if (!task || (await hasMovedOn(trx, task, to))) throw conflict(task);
  if (from === 0) return task.deleted_at === null ? deleteFamily(tasks, task, now) : undefined;
  const text = await findVersion({ database: trx }, task.workspace_id, id, from);
  if (text === undefined) throw notFound('earlier version of the task');
  const before = JSON.parse(text) as Task;
  if (before.deleted_at !== null && task.deleted_at !== null) return;
  const command: Command = before.deleted_at === null ? { kind: 'revert', to: before } : { kind: 'delete' };
  const change = decide(task, command, now);
  if (change) tasks.apply(change);
}

function conflict(current: Task | undefined): AppError {
  return new AppError(
    'undo-conflict',
    'A task, or the one above it, has changed since; look at its history.',
    {
      status: 409,
      ...(current ? { current } : {}),
    },
  );
}

/** Whether a task changed after a version by something that was not taken back. */
async function hasMovedOn(
  trx: Transaction<Tables>,
  { id, workspace_id: workspaceId }: Task,
  version: number,
): Promise<boolean> {
  const { rows } = await sql`
    SELECT FROM todo_service.events later
    WHERE workspace_id = ${workspaceId} AND task_id = ${id} AND version > ${version} AND undoes IS NULL
      AND NOT ${wasTakenBack('later')}
    LIMIT 1`.execute(trx);
  return rows.length > 0;
}

function wasTakenBack(event: string) {
  const name = sql.ref;
  return sql`EXISTS (
    SELECT FROM todo_service.events undone
    WHERE undone.workspace_id = ${name(`${event}.workspace_id`)} AND undone.undoes = ${name(`${event}.command_id`)}
  )`;
}
