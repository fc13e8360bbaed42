import type { Task, TaskDraft } from '@rondo/shared/contracts/task';
import type { CommandContext, TodoContext } from '../context.ts';
import { idTaken } from '../domain/id-taken.ts';
import { movedToZone } from '../domain/floating.ts';
import { decideCreation, type Change } from '../domain/task.ts';
import { findTask } from '../queries/find-task.ts';
import { findCreation } from '../queries/find-version.ts';
import { runCommand } from '../store/apply-command.ts';
import { taskAnswer, type CommandAnswer } from '../store/command-answer.ts';
import { countNames } from '../store/count-names.ts';
import { atMostOnce, keepAnswer, keptAnswer } from '../store/idempotency.ts';
import { numbered } from '../store/numbered.ts';
import { logChange, pendingChange } from '../store/pending-change.ts';
import { applyInPlace, placesBelowAnother } from '../store/subtree.ts';

/**
 * Creates a task, with the client's id if it gives one. A repeated creation with the same id answers 200 with the task.
 *
 * Comes from `POST /api/v1/tasks` (routes/tasks.ts). The write queue (store/write-queue.ts) writes task, event and answer
 * in one statement, together with the other changes that wait. Only a subtask takes a transaction of its own.
 * @throws AppError 409 `task-id-taken` if another task of the workspace has the id, or a purged one had it; 422
 */
export function createTask(
  ctx: TodoContext,
  command: CommandContext,
  draft: TaskDraft,
): Promise<CommandAnswer> {
  return atMostOnce(ctx, command, async () => {
    const creation = {
      id: draft.id ?? ctx.ids.next(),
      workspace_id: command.identity.workspaceId,
      draft,
    };
    const change = decideCreation(creation, ctx.clock.now(), command.identity);
    if (placesBelowAnother(change)) return createBelow(ctx, command, change);
    await countNames(ctx, command.identity.workspaceId, [change]);
    const pending = pendingChange(ctx, command, change, ctx.ids.next());
    const unnumbered = taskAnswer(201, pending.after, pending.taskJson);
    const written = await ctx.writes.submit({ ...pending, ...keptAnswer(command, unnumbered) });
    if (!written) return keepAnswer(ctx.database, command, await answerAgain(ctx.database, change.after));
    logChange(ctx, command, pending, written.seq);
    const { task, json } = numbered(pending, written.number);
    return { ...taskAnswer(201, task, json), commandId: pending.command_id };
  });
}

function createBelow(ctx: TodoContext, command: CommandContext, change: Change): Promise<CommandAnswer> {
  return runCommand(ctx, command, async (tasks, trx) => {
    if (await tasks.find(change.after.id)) return { answer: await answerAgain(trx, change.after) };
    if ((await tasks.purgedAtVersion(change.after.id)) > 0) throw idTaken();
    await applyInPlace(tasks, change);
    return { answer: async () => taskAnswer(201, (await tasks.find(change.after.id)) ?? change.after) };
  });
}

async function answerAgain(database: TodoContext['database'], wanted: Task): Promise<CommandAnswer> {
  const current = await findTask({ database }, wanted.workspace_id, wanted.id);
  const first = await findCreation({ database }, wanted.workspace_id, wanted.id);
  if (current && first !== undefined && isSameCreation(JSON.parse(first) as Task, wanted)) {
    return taskAnswer(200, current);
  }
  throw idTaken(current);
}

/** The person of a floating task may be in another zone since. */
function isSameCreation(first: Task, second: Task): boolean {
  const content = ({ number: _number, rank: _rank, ...task }: Task) =>
    JSON.stringify({
      ...task,
      version: 1,
      reminder_time: null,
      created_at: '',
      updated_at: '',
      completed_at: '',
    });
  return content(movedToZone(first, second.time_zone ?? 'UTC')) === content(second);
}
