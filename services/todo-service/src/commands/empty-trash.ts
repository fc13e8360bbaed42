import { sql, type Kysely, type Transaction } from 'kysely';
import type { CommandContext, TodoContext } from '../context.ts';
import { decide } from '../domain/task.ts';
import { runCommand } from '../store/apply-command.ts';
import type { CommandAnswer } from '../store/command-answer.ts';
import { atMostOnce } from '../store/idempotency.ts';
import type { Tables } from '../store/tables.ts';
import type { WorkingSet } from '../store/working-set.ts';
import { forgetPurged } from '../caldav/store/keep-object.ts';

/** Rows of a transaction. */
const batchSize = 500;
/** Less than a request may wait for its answer. */
const maxMs = 8_000;

/**
 * Purges the trash of a workspace, in batches, with an event for each task. It can't be undone. After 8 s it stops, and a repeated
 * call continues. The answer says how many tasks were purged, and how many are left.
 */
export function emptyTrash(ctx: TodoContext, command: CommandContext): Promise<CommandAnswer> {
  return atMostOnce(ctx, command, () => purgeBatches(ctx, command));
}

async function purgeBatches(ctx: TodoContext, command: CommandContext): Promise<CommandAnswer> {
  const { idempotency: _key, ...keyless } = command;
  const { workspaceId } = command.identity;
  const commandId = ctx.ids.next();
  const began = performance.now();
  for (let purged = 0; ;) {
    const isLast =
      (await countTrash(ctx.database, workspaceId)) <= batchSize || performance.now() - began > maxMs;
    let batch = 0;
    // Only the last transaction has the key: it keeps the answer.
    const answer = await runCommand(ctx, isLast ? command : keyless, async (tasks, trx) => {
      batch = await purgeBatch(tasks, trx, ctx.clock.now());
      const remaining = (await countTrash(trx, workspaceId)) - batch;
      const body = JSON.stringify({ purged: purged + batch, remaining });
      return { answer: { status: 200, body }, commandId };
    });
    purged += batch;
    if (!isLast) continue;
    await forgetPurged(ctx.database, { limit: purged, workspaceId });
    return answer;
  }
}

/** Purges the tasks that are in the trash for longest. @returns how many */
async function purgeBatch(tasks: WorkingSet, trx: Transaction<Tables>, now: Date): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM todo_service.tasks WHERE workspace_id = ${tasks.workspaceId} AND deleted_at IS NOT NULL
    ORDER BY deleted_at, id LIMIT ${batchSize}`.execute(trx);
  await tasks.load(rows.map(({ id }) => id));
  for (const { id } of rows) {
    const task = await tasks.find(id);
    const change = task && decide(task, { kind: 'purge' }, now);
    if (change) tasks.apply(change);
  }
  return rows.length;
}

async function countTrash(database: Kysely<Tables>, workspaceId: string): Promise<number> {
  const head = await database
    .selectFrom('todo_service.workspaces')
    .select('trashed')
    .where('id', '=', workspaceId)
    .executeTakeFirst();
  return head?.trashed ?? 0;
}
