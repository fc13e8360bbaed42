import { sql } from 'kysely';
import type { Task } from '@rondo/shared/contracts/task';
import { AppError, notFound } from '@rondo/shared/runtime/errors';
import { findTask } from '../queries/find-task.ts';
import { findVersion } from '../queries/find-version.ts';
import type { CommandRequest } from '../request.ts';
import { decide, type Change, type Command } from '../task.ts';
import type { TodoContext } from '../tables.ts';
import { atMostOnce, type CommandAnswer } from './answer.ts';
import { changeTogether } from './change-together.ts';

type Undoable = { command_id: string; task_id: string; version: number };

/**
 * Takes back the last command of a person in their workspace that was not taken back yet and is at most a day old: what
 * it created goes to the trash, everything else returns to the version before. Once more takes back the one before it.
 * @throws AppError 404 when there is nothing; 409 `undo-conflict` when one of its tasks has moved on
 */
export function undoLastChange(ctx: TodoContext, request: CommandRequest): Promise<CommandAnswer> {
  return atMostOnce(ctx, request, () =>
    changeTogether(ctx, request, async () => {
      const events = await lastCommand(ctx, request);
      const [first] = events;
      if (!first) throw notFound('change to undo');
      const changes: Change[] = [];
      for (const [id, { from, to }] of spans(events)) {
        const change = await takeBack(ctx, request.identity.workspace_id, id, from, to);
        if (change) changes.push(change);
      }
      return {
        changes,
        undoes: first.command_id,
        answer: { status: 200, body: JSON.stringify({ tasks: changes.map(({ after }) => after) }) },
      };
    }),
  );
}

async function lastCommand(
  { database, clock }: TodoContext,
  { identity }: CommandRequest,
): Promise<Undoable[]> {
  const since = new Date(clock.now().getTime() - 24 * 60 * 60 * 1000).toISOString();
  const { rows } = await sql<Undoable>`
    WITH last AS (
      SELECT command_id FROM todo_service.events did
      WHERE workspace_id = ${identity.workspace_id} AND actor_id = ${identity.person_id} AND undoes IS NULL
        AND occurred_at > ${since} AND event_type <> 'task-purged'
        AND NOT EXISTS (
          SELECT 1 FROM todo_service.events undone
          WHERE undone.workspace_id = did.workspace_id AND undone.actor_id = did.actor_id AND undone.undoes = did.command_id
        )
      ORDER BY seq DESC LIMIT 1
    )
    SELECT command_id, task_id, version FROM todo_service.events JOIN last USING (command_id)
    WHERE workspace_id = ${identity.workspace_id} ORDER BY seq DESC`.execute(database);
  return rows;
}

/** For each task that a command touched, latest first: the version before it and the one after. */
function spans(events: Undoable[]): Map<string, { from: number; to: number }> {
  const touched = new Map<string, { from: number; to: number }>();
  for (const { task_id: id, version } of events) {
    touched.set(id, { to: touched.get(id)?.to ?? version, from: version - 1 });
  }
  return touched;
}

async function takeBack(
  ctx: TodoContext,
  workspaceId: string,
  id: string,
  from: number,
  to: number,
): Promise<Change | undefined> {
  const task = await findTask(ctx, workspaceId, id);
  if (!task || task.version !== to) {
    throw new AppError('undo-conflict', 'A task has changed since; look at its history.', {
      status: 409,
      ...(task ? { current: task } : {}),
    });
  }
  if (from === 0) return decide(task, { kind: 'delete' }, ctx.clock.now());
  const text = await findVersion(ctx, workspaceId, id, from);
  if (text === undefined) throw notFound('earlier version of the task');
  const before = JSON.parse(text) as Task;
  const command: Command = before.deleted_at === null ? { kind: 'revert', to: before } : { kind: 'delete' };
  return decide(task, command, ctx.clock.now());
}
