import { sql, type Transaction } from 'kysely';
import { persistInOrder, VersionMoved } from './persist-in-order.ts';
import type { CommandRequest } from '../routes/command-context.ts';
import type { TodoContext } from '../context.ts';
import type { Tables } from './tables.ts';
import { findAnswer, keepUnchanged, keptAnswer, type CommandAnswer } from './idempotency.ts';
import { logChange, pendingChange } from './pending-change.ts';
import { WorkingSet } from './working-set.ts';

const attempts = 5;

type Decision = { answer: CommandAnswer; undoes?: string };

/** Makes commands of a workspace that look at several tasks wait for each other, until the transaction ends. */
export async function lockFamilies(trx: Transaction<Tables>, workspaceId: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`family ${workspaceId}`}, 0))`.execute(trx);
}

/**
 * Writes what a command decides of several tasks, or of where a task stands: all of it or nothing. Such commands of one
 * workspace wait for each other, so that no two of them, each sound alone, make a circle or leave a task below nothing.
 * Where a task moved between the decision and the write, the command is decided again.
 * @throws AppError 409 `conflict` when the tasks never stand still
 */
export async function changeTogether(
  ctx: TodoContext,
  request: CommandRequest,
  decideAll: (tasks: WorkingSet, trx: Transaction<Tables>) => Promise<Decision>,
): Promise<CommandAnswer> {
  const { workspace_id: workspaceId } = request.identity;

  const attempt = async (trx: Transaction<Tables>) => {
    await lockFamilies(trx, workspaceId);
    const first = await findAnswer(trx, request);
    if (first) return { answer: first, pending: [] };
    const tasks = new WorkingSet(trx, workspaceId);
    const { answer, undoes } = await decideAll(tasks, trx);
    const commandId = ctx.ids.next();
    const pending = tasks.changes.map((change, index) => ({
      ...pendingChange(ctx, request, change, commandId),
      ...(undoes === undefined ? {} : { undoes }),
      // One answer for the whole command, kept with its first change.
      ...(index === 0 ? keptAnswer(request, answer) : {}),
    }));
    if (pending.length === 0) return { answer: await keepUnchanged(trx, request, answer), pending };
    await persistInOrder(trx, pending);
    return { answer, pending };
  };

  for (let count = 1; ; count += 1) {
    try {
      const { answer, pending } = await ctx.writes.transaction(attempt);
      for (const change of pending) logChange(ctx, request, change);
      return answer;
    } catch (error) {
      if (!(error instanceof VersionMoved) || count === attempts) throw error;
    }
  }
}
