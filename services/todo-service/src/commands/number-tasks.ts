import { sql, type Transaction } from 'kysely';
import { continueTrace } from '@rondo/shared/observability/trace-context';
import { inSlices } from '@rondo/shared/workers/slices';
import type { CommandContext, TodoContext } from '../context.ts';
import { noZones } from '../domain/floating.ts';
import { decide } from '../domain/task.ts';
import { logChange, pendingChange } from '../store/pending-change.ts';
import { persistInOrder } from '../store/persist-in-order.ts';
import type { PendingChange } from '../store/persist.ts';
import type { Tables } from '../store/tables.ts';
import { WorkingSet } from '../store/working-set.ts';

/** So few that a person's own command waits for milliseconds. */
const batchSize = 100;

/**
 * Gives numbers to the oldest tasks of a workspace that have none, as events of recurrence.
 * @returns how many tasks it numbered; 0 if all tasks have numbers
 * @throws VersionMoved if a task changed meanwhile; AppError 403 `quota-exceeded`, 429 `busy`
 */
export async function numberTasks(ctx: TodoContext, workspaceId: string): Promise<number> {
  const command: CommandContext = {
    identity: { personId: workspaceId, workspaceId, source: 'recurrence', ...noZones },
    trace: continueTrace(undefined),
  };
  const changes = await ctx.writes.transaction(workspaceId, (trx) => numberBatch(ctx, trx, command));
  for (const change of changes) logChange(ctx, command, change);
  return changes.length;
}

async function numberBatch(
  ctx: TodoContext,
  trx: Transaction<Tables>,
  command: CommandContext,
): Promise<PendingChange[]> {
  const { workspaceId } = command.identity;
  const ids = await oldestUnnumbered(trx, workspaceId);
  if (ids.length === 0) return [];
  const tasks = new WorkingSet(trx, workspaceId);
  await tasks.lock(ids);
  const lastNumber = await lockLastNumber(trx, workspaceId);
  await tasks.load(ids);
  const commandId = ctx.ids.next();
  const now = ctx.clock.now();
  const changes: PendingChange[] = [];
  await inSlices(ids, async (id) => {
    const change = decide(
      await tasks.find(id),
      { kind: 'number', number: lastNumber + changes.length + 1 },
      now,
    );
    if (change) changes.push(pendingChange(ctx, command, change, commandId));
  });
  await persistInOrder(trx, changes);
  return changes;
}

async function oldestUnnumbered(trx: Transaction<Tables>, workspaceId: string): Promise<string[]> {
  const rows = await trx
    .selectFrom('todo_service.tasks')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('number', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .limit(batchSize)
    .execute();
  return rows.map(({ id }) => id);
}

/** Locks the row of a workspace, so that no creation takes the next numbers. Tasks are locked before. */
async function lockLastNumber(trx: Transaction<Tables>, workspaceId: string): Promise<number> {
  const { rows } = await sql<{ last_number: number }>`
    SELECT last_number FROM todo_service.workspaces WHERE id = ${workspaceId} FOR UPDATE`.execute(trx);
  return rows[0]?.last_number ?? 0;
}
