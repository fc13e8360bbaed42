import type { Transaction } from 'kysely';
import type { TaskCommand } from '@rondo/shared/contracts/task-command';
import { traceOf, type TraceContext } from '@rondo/shared/observability/trace-context';
import { lockFamilies } from '../store/apply-command.ts';
import { createSuccessor, takeBackSuccessor } from '../commands/create-successor.ts';
import { applyInPlace, deleteFamily } from '../store/subtree.ts';
import { logChange, pendingChange } from '../store/pending-change.ts';
import { WorkingSet } from '../store/working-set.ts';
import type { TodoContext } from '../context.ts';
import type { PendingChange } from '../store/persist.ts';
import { persistInOrder } from '../store/persist-in-order.ts';
import { decide } from '../domain/task.ts';
import type { Tables } from '../store/tables.ts';

/**
 * Carries out what Recurring asks for, in the given transaction, each command against the tasks as they are by now: one that
 * no longer makes sense changes nothing.
 * @returns what is to be done after the commit
 */
export async function carryOutCommands(
  ctx: TodoContext,
  commands: TaskCommand[],
  trx: Transaction<Tables>,
  traceparents: (string | undefined)[],
): Promise<() => void> {
  const written: { change: PendingChange; trace: TraceContext }[] = [];
  // In the order of their ids, as every transaction that locks several workspaces.
  const workspaces = [...new Set(commands.map(({ workspace_id }) => workspace_id))].toSorted();
  for (const workspaceId of workspaces) {
    await lockFamilies(trx, workspaceId);
    for (const [index, command] of commands.entries()) {
      if (command.workspace_id !== workspaceId) continue;
      const tasks = new WorkingSet(trx, workspaceId);
      await carryOut(ctx, trx, tasks, command);
      if (tasks.changes.length === 0) continue;
      const trace = traceOf(traceparents[index]);
      const { user_id: person_id, source } = command.actor;
      const commandId = ctx.ids.next();
      const changes = tasks.changes.map((change) =>
        pendingChange(ctx, { identity: { person_id, source }, trace }, change, commandId),
      );
      await persistInOrder(trx, changes);
      written.push(...changes.map((change) => ({ change, trace })));
    }
  }
  return () => {
    ctx.writes.announce();
    for (const { change, trace } of written) logChange(ctx, { trace }, change);
  };
}

async function carryOut(
  ctx: TodoContext,
  trx: Transaction<Tables>,
  tasks: WorkingSet,
  command: TaskCommand,
): Promise<void> {
  const now = ctx.clock.now();
  if (command.command_type === 'create-successor') return createSuccessor(trx, tasks, command, now);
  if (command.command_type === 'take-back-successor') return takeBackSuccessor(trx, tasks, command, now);
  const task = await tasks.find(command.task_id);
  if (!task || task.deleted_at !== null || task.status === 'complete') return undefined;
  if (command.command_type === 'skip-occurrence') return deleteFamily(tasks, task, now, 'occurrence');
  const change = decide(task, { kind: 'patch', patch: command.patch }, now);
  return change && applyInPlace(tasks, change);
}
