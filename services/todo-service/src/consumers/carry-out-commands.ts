import type { Transaction } from 'kysely';
import type { TaskCommand } from '@rondo/shared/contracts/task-command';
import { traceOf } from '@rondo/shared/observability/trace-context';
import { createSuccessor } from '../commands/create-successor.ts';
import { revokeSuccessor } from '../commands/revoke-successor.ts';
import type { CommandContext, TodoContext } from '../context.ts';
import { decide } from '../domain/task.ts';
import { applyCommand, lockSubtrees, logCommand, type AppliedCommand } from '../store/apply-command.ts';
import { noContent } from '../store/command-answer.ts';
import { applyInPlace, deleteSubtree } from '../store/subtree.ts';
import type { Tables } from '../store/tables.ts';
import type { WorkingSet } from '../store/working-set.ts';

/**
 * Carries out `task-commands` in the given transaction, each against the current tasks. A command that no longer applies
 * changes nothing.
 * @returns what to run after the commit
 */
export async function carryOutCommands(
  ctx: TodoContext,
  commands: TaskCommand[],
  trx: Transaction<Tables>,
  traceparents: (string | undefined)[],
): Promise<() => void> {
  const applied: [CommandContext, AppliedCommand][] = [];
  // In id order, as in every transaction that locks several workspaces, so that two of them can't deadlock.
  const workspaces = [...new Set(commands.map(({ workspace_id }) => workspace_id))].toSorted();
  // All before the first write: a transaction that waits for a busy workspace must not hold the rows of another one.
  for (const workspaceId of workspaces) await lockSubtrees(trx, workspaceId);
  for (const workspaceId of workspaces) {
    for (const [index, command] of commands.entries()) {
      if (command.workspace_id !== workspaceId) continue;
      const context = contextOf(command, traceparents[index]);
      const result = await applyCommand(ctx, trx, context, async (tasks) => {
        await decideCommand(trx, tasks, command, ctx.clock.now());
        return { answer: noContent };
      });
      applied.push([context, result]);
    }
  }
  return () => {
    ctx.writes.announce();
    for (const [context, result] of applied) logCommand(ctx, context, result);
  };
}

function contextOf({ actor, workspace_id }: TaskCommand, traceparent: string | undefined): CommandContext {
  return {
    identity: { personId: actor.user_id, workspaceId: workspace_id, source: actor.source },
    trace: traceOf(traceparent),
  };
}

async function decideCommand(
  trx: Transaction<Tables>,
  tasks: WorkingSet,
  command: TaskCommand,
  now: Date,
): Promise<void> {
  if (command.command_type === 'create-successor') return createSuccessor(trx, tasks, command, now);
  if (command.command_type === 'take-back-successor') return revokeSuccessor(trx, tasks, command, now);
  const task = await tasks.find(command.task_id);
  if (!task || task.deleted_at !== null || task.status === 'complete') return undefined;
  if (command.command_type === 'skip-occurrence') return deleteSubtree(tasks, task, now, 'occurrence');
  const change = decide(task, { kind: 'patch', patch: command.patch }, now);
  return change && applyInPlace(tasks, change);
}
