import { sql, type Transaction } from 'kysely';
import { createPauses, inSlices } from '@rondo/shared/workers/slices';
import type { WaitBudget } from '@rondo/shared/workers/wait-budget';
import type { CommandContext, TodoContext } from '../context.ts';
import type { CommandAnswer } from './command-answer.ts';
import { countNames } from './count-names.ts';
import { findAnswer, keepAnswer, keptAnswer } from './idempotency.ts';
import { logChange, pendingChange } from './pending-change.ts';
import { persistInOrder } from './persist-in-order.ts';
import type { PendingChange } from './persist.ts';
import type { Tables } from './tables.ts';
import { VersionMoved } from './version-moved.ts';
import { commandLimits, tooLarge, WorkingSet } from './working-set.ts';

/**
 * What a command answers, and which earlier command or turn it undoes, if any. An answer that shows tasks which the command creates is made
 * after the write, because only then they have their numbers. `commandId` is set if several transactions are one command:
 * an import.
 */
export type Decision = {
  answer: CommandAnswer | (() => Promise<CommandAnswer>);
  undoes?: string;
  undoesTurn?: string;
  commandId?: string;
  /** What is written beside the tasks, after them. */
  afterwards?: () => Promise<void>;
};

/** Decides on tasks of one workspace. It may run several times, each time on a fresh working set. */
export type Decide = (tasks: WorkingSet, trx: Transaction<Tables>) => Promise<Decision>;

export type AppliedCommand = { answer: CommandAnswer; changes: PendingChange[] };

const maxAttempts = 5;

/**
 * Serialises the commands that look at several tasks of a workspace, until the transaction ends. Without it, two valid
 * commands could together create a cycle, or leave a live task below a deleted one. The lock's key must not change: old and
 * new replicas run side by side during a rollout.
 */
export async function lockSubtrees(trx: Transaction<Tables>, workspaceId: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`family ${workspaceId}`}, 0))`.execute(trx);
}

/**
 * Runs one command in a transaction that holds `lockSubtrees` of its workspace: decides, then writes all changes and the
 * answer under its idempotency key. Tasks that are known to be contested are locked before the decision. Every command on several tasks goes through here, from HTTP and from `task-commands`.
 * Pass the result to `logCommand` after the commit.
 * @throws VersionMoved if a task changed between the decision and the write; AppError 403 `quota-exceeded`, 422
 * `command-too-large`. The transaction must be rolled back.
 */
export async function applyCommand(
  ctx: Pick<TodoContext, 'database' | 'ids'>,
  trx: Transaction<Tables>,
  command: CommandContext,
  decide: Decide,
  contested: Set<string> = new Set(),
): Promise<AppliedCommand> {
  const tasks = new WorkingSet(trx, command.identity.workspaceId);
  await tasks.lock([...contested]);
  const { answer, undoes, undoesTurn, commandId = ctx.ids.next(), afterwards } = await decide(tasks, trx);
  const answerNow = async () => (typeof answer === 'function' ? answer() : answer);
  if (tasks.changes.length === 0) {
    await afterwards?.();
    return { answer: await keepAnswer(trx, command, await answerNow()), changes: [] };
  }
  // With a creation, `persist` keeps the created task, which need not be the answer.
  const isKeptWithChange = typeof answer !== 'function' && tasks.changes[0]?.event_type !== 'task-created';
  await countNames(ctx, command.identity.workspaceId, tasks.changes, trx);
  for (const { after } of tasks.changes) contested.add(after.id);
  const changes: PendingChange[] = [];
  const pause = createPauses();
  let bytes = 0;
  for (const [index, change] of tasks.changes.entries()) {
    const pending = pendingChange(ctx, command, change, commandId);
    bytes += Buffer.byteLength(pending.taskJson);
    if (bytes > commandLimits.bytes) throw tooLarge();
    changes.push({
      ...pending,
      undoes,
      undoes_turn: undoesTurn,
      // The answer belongs to the command; it is stored once, with the first change.
      ...(index === 0 && isKeptWithChange ? keptAnswer(command, answer) : {}),
    });
    await pause();
  }
  for (const task of await persistInOrder(trx, changes)) tasks.assume(task);
  await afterwards?.();
  const answered = { ...(await answerNow()), commandId };
  return { answer: isKeptWithChange ? answered : await keepAnswer(trx, command, answered), changes };
}

/** Logs what a command changed, in slices: it may have thousands of changes. */
export function logCommand(
  ctx: Pick<TodoContext, 'log'>,
  command: CommandContext,
  { changes }: AppliedCommand,
): Promise<void> {
  return inSlices(changes, (change) => logChange(ctx, command, change));
}

/**
 * Runs one command in a transaction of its own, and retries it if a task changed between the decision and the write. A retry
 * first locks the tasks of the attempt before, so that it doesn't lose them again. Commands of a workspace wait for each other in
 * the process, before they take a connection.
 * @param options `contested`: the ids of tasks that the first attempt locks; `waits` bounds the waits for turns of the workspace
 * @throws AppError 409 `conflict` if the tasks changed during each of five attempts; 429 `busy` if too many commands of the
 * workspace wait; as `waits`
 */
export async function runCommand(
  ctx: TodoContext,
  command: CommandContext,
  decide: Decide,
  { contested = [], waits }: { contested?: readonly string[] | undefined; waits?: WaitBudget } = {},
): Promise<CommandAnswer> {
  const toLock = new Set(contested);
  const attempt = async (trx: Transaction<Tables>): Promise<AppliedCommand> => {
    await lockSubtrees(trx, command.identity.workspaceId);
    const first = await findAnswer(trx, command);
    return first ? { answer: first, changes: [] } : applyCommand(ctx, trx, command, decide, toLock);
  };

  for (let count = 1; ; count += 1) {
    try {
      const applied = await ctx.writes.transaction(command.identity.workspaceId, attempt, waits);
      await logCommand(ctx, command, applied);
      return applied.answer;
    } catch (error) {
      if (!(error instanceof VersionMoved) || count === maxAttempts) throw error;
    }
  }
}
