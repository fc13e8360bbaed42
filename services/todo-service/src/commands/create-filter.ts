import { sql, type Transaction } from 'kysely';
import { answerOnce } from '@rondo/shared/database/answer-once';
import type { Answer } from '@rondo/shared/http/idempotency-key';
import type { CommandContext, TodoContext } from '../context.ts';
import { quotaExceeded, quotas } from '../domain/quotas.ts';
import { rankAfter } from '../domain/rank.ts';
import type { FilterCreation, SavedFilter } from '../domain/saved-filter.ts';
import { checkFilter } from '../domain/task-filter.ts';
import { filterOfRow, findFilter } from '../queries/find-filters.ts';
import { onceOptions } from '../store/idempotency.ts';
import type { Tables } from '../store/tables.ts';

/**
 * Saves a filter. If there is one with the given id already, nothing changes, so that a retry is safe.
 * @returns the filter: 201 if it is new, else 200
 * @throws AppError 422 if its parameters contradict each other; 403 `quota-exceeded`
 */
export function createFilter(
  ctx: Pick<TodoContext, 'database' | 'clock' | 'ids'>,
  command: CommandContext,
  { id = ctx.ids.next(), ...content }: FilterCreation,
): Promise<Answer<SavedFilter>> {
  checkFilter(content.query, 'query/');
  const { workspaceId } = command.identity;
  return answerOnce(onceOptions(ctx, command), async (trx) => {
    // Two creations in different replicas at once would both find room for one.
    await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`filters ${workspaceId}`}, 0))`.execute(trx);
    const known = await findFilter({ database: trx }, workspaceId, id);
    if (known) return { status: 200, body: known };
    const at = ctx.clock.now().toISOString();
    return { status: 201, body: await insertFilter(trx, workspaceId, { id, ...content }, at) };
  });
}

async function insertFilter(
  trx: Transaction<Tables>,
  workspaceId: string,
  { id, name, query, rank }: FilterCreation & { id: string },
  at: string,
): Promise<SavedFilter> {
  const { used, last } = await trx
    .selectFrom('todo_service.filters')
    .select(({ fn }) => [fn.countAll<number>().as('used'), fn.max('rank').as('last')])
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirstOrThrow();
  if (used >= quotas.filters) throw quotaExceeded('filters', used);
  const row = {
    id,
    name: name.trim(),
    query: JSON.stringify(query),
    rank: rank ?? rankAfter(last ?? undefined),
    created_at: at,
    updated_at: at,
  };
  await trx
    .insertInto('todo_service.filters')
    .values({ workspace_id: workspaceId, ...row })
    .execute();
  return filterOfRow(row);
}
