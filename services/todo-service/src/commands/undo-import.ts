import { sql, type Transaction } from 'kysely';
import type { Task } from '@rondo/shared/contracts/task';
import { notFound } from '@rondo/shared/errors';
import { inSlices } from '@rondo/shared/workers/slices';
import type { CommandContext, TodoContext } from '../context.ts';
import type { ZonesOfPerson } from '../domain/floating.ts';
import { decide } from '../domain/task.ts';
import { findVersions, versionsAtOnce } from '../queries/find-version.ts';
import { runCommand } from '../store/apply-command.ts';
import { noContent, type CommandAnswer } from '../store/command-answer.ts';
import { atMostOnce } from '../store/idempotency.ts';
import {
  countImportEvents,
  findImport,
  readImportEvents,
  type ImportEvent,
  type ImportRow,
} from '../store/import-events.ts';
import { withParentThatIs } from '../store/subtree.ts';
import type { Tables } from '../store/tables.ts';
import { isOwnImport } from '../store/undo-target.ts';
import type { WorkingSet } from '../store/working-set.ts';

/** `kept` counts the tasks that stay because they, or their subtasks, have changed since. */
export type UndoneImport = { undone: number; kept: number; remaining: number };

type Progress = UndoneImport & { before: number; tasks: Task[] };

/** Tasks of a transaction. */
const batchSize = 500;
/** Tasks in the answer of an undo. */
export const maxShown = 500;
/** Less than a request may wait for its answer. */
const maxMs = 8_000;

/**
 * Undoes an import as one command, in transactions of 500 tasks: what it created goes to the trash, what it restored returns to the trash as
 * it was, and what waited for its tasks is at the top level again. A task that has changed since stays. After 8 s it stops, and a repeated call goes on.
 * @param answerOf the answer to keep under the Idempotency-Key of the command, from the progress and the first tasks
 * @throws AppError 404 if the workspace has no such import, or the caller is an agent that did not make it
 */
export function undoImport(
  ctx: TodoContext,
  command: CommandContext,
  { id, commandId = ctx.ids.next() }: { id: string; commandId?: string },
  answerOf: (progress: UndoneImport, tasks: Task[]) => Promise<CommandAnswer> = noTasks,
): Promise<CommandAnswer> {
  return atMostOnce(ctx, command, () => undoBatches(ctx, command, { id, commandId, answerOf }));
}

type ImportToUndo = {
  id: string;
  commandId: string;
  answerOf: (progress: UndoneImport, tasks: Task[]) => Promise<CommandAnswer>;
};

async function undoBatches(
  ctx: TodoContext,
  command: CommandContext,
  { id, commandId, answerOf }: ImportToUndo,
): Promise<CommandAnswer> {
  const { idempotency: _key, ...keyless } = command;
  const { identity } = command;
  const { reads, writes } = ctx;
  const { made, remaining } = await writes.inTurn(identity.workspaceId, async () => {
    const found = await findImport(reads, identity.workspaceId, id);
    if (!found || !(await isOwnImport(reads, command, id))) throw notFound('import');
    return { made: found, remaining: await countImportEvents(reads, found, Number.MAX_SAFE_INTEGER) };
  });
  const began = performance.now();
  let progress: Progress = {
    undone: 0,
    kept: 0,
    remaining,
    before: Number.MAX_SAFE_INTEGER,
    tasks: [],
  };
  for (;;) {
    const isLast = progress.remaining <= batchSize || performance.now() - began > maxMs;
    let next = progress;
    // Only the last transaction has the key: it keeps the answer.
    const answer = await runCommand(ctx, isLast ? command : keyless, async (tasks, trx) => {
      next = await undoBatch({ now: ctx.clock.now(), zones: identity }, trx, tasks, made, progress);
      if (isLast && next.remaining === 0) await markUndone(trx, made, ctx.clock.now());
      const { undone, kept, remaining } = next;
      // Only the last answer has a reader.
      const answer = isLast ? await answerOf({ undone, kept, remaining }, next.tasks) : noContent;
      const hasChanged = next.tasks.length > 0;
      return {
        answer: hasChanged ? { ...answer, commandId } : answer,
        undoes: made.id,
        commandId,
      };
    });
    if (isLast) return answer;
    progress = next;
  }
}

async function noTasks(progress: UndoneImport): Promise<CommandAnswer> {
  return { status: 200, body: JSON.stringify(progress) };
}

async function undoBatch(
  at: { now: Date; zones: ZonesOfPerson },
  trx: Transaction<Tables>,
  tasks: WorkingSet,
  made: ImportRow,
  { undone, kept, remaining, before, tasks: shown }: Progress,
): Promise<Progress> {
  const events = await readImportEvents(trx, made, { before, limit: batchSize });
  await tasks.load(events.map(({ task_id: id }) => id));
  const children = await liveChildren(
    trx,
    made,
    events.map(({ task_id: id }) => id),
  );
  let keptHere = 0;
  for (let from = 0; from < events.length; from += versionsAtOnce) {
    const chunk = events.slice(from, from + versionsAtOnce);
    const restored = chunk.filter(({ event_type: type }) => type !== 'task-created');
    const earlier = await findVersions(
      { database: trx },
      made.workspace_id,
      restored.map(({ task_id: id, version }) => ({ id, version: version - 1 })),
    );
    await inSlices(chunk, async (event) => {
      const below = children.get(event.task_id) ?? [];
      const isUndone =
        !event.hasChanged &&
        (await haveLeft(tasks, event.task_id, below)) &&
        (await undoEvent(tasks, event, earlier.get(event.task_id), at));
      if (!isUndone) keptHere += 1;
    });
  }
  const changed = tasks.changes.map(({ after }) => after);
  return {
    undone: undone + events.length - keptHere,
    kept: kept + keptHere,
    remaining: events.length < batchSize ? 0 : Math.max(remaining - batchSize, 0),
    before: events.at(-1)?.seq ?? before,
    tasks: [...shown, ...changed.slice(0, maxShown - shown.length)],
  };
}

/** @returns whether the task is now as it was before the import */
async function undoEvent(
  tasks: WorkingSet,
  { task_id: id }: ImportEvent,
  earlier: string | undefined,
  { now, zones }: { now: Date; zones: ZonesOfPerson },
): Promise<boolean> {
  const task = await tasks.find(id);
  if (!task) return false;
  const to = earlier === undefined ? undefined : (JSON.parse(earlier) as Task);
  const change = to
    ? decide(
        task,
        {
          kind: 'revert',
          to: (await withParentThatIs(tasks, to)).to,
          toTrash: to.deleted_at !== null,
        },
        now,
        zones,
      )
    : task.deleted_at === null && decide(task, { kind: 'delete' }, now);
  if (change) tasks.apply(change);
  return true;
}

/** The ids of the live subtasks of tasks, read at once. */
async function liveChildren(
  trx: Transaction<Tables>,
  { workspace_id: workspaceId }: ImportRow,
  ids: string[],
): Promise<Map<string, string[]>> {
  const { rows } = await sql<{ id: string; parent_id: string }>`
    SELECT id, parent_id FROM todo_service.tasks
    WHERE workspace_id = ${workspaceId} AND parent_id = ANY (${ids}::uuid[]) AND deleted_at IS NULL`.execute(
    trx,
  );
  const children = new Map<string, string[]>();
  for (const { id, parent_id: parent } of rows) {
    const known = children.get(parent);
    if (known) known.push(id);
    else children.set(parent, [id]);
  }
  return children;
}

/** A task that stays keeps its parents: nothing live is below something in the trash. */
async function haveLeft(tasks: WorkingSet, parentId: string, ids: string[]): Promise<boolean> {
  for (const id of ids) {
    const task = await tasks.find(id);
    if (task && task.deleted_at === null && task.parent_id === parentId) return false;
  }
  return true;
}

async function markUndone(trx: Transaction<Tables>, { id }: ImportRow, now: Date): Promise<void> {
  await sql`UPDATE todo_service.imports SET undone_at = ${now.toISOString()} WHERE id = ${id}`.execute(trx);
}
