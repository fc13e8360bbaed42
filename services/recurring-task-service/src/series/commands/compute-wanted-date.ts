import { sql, type Kysely } from 'kysely';
import type { Clock, Ids } from '@rondo/shared/clock';
import { successorIdOf } from '@rondo/shared/contracts/successor-id';
import { enqueueMessages } from '@rondo/shared/messaging/message-outbox';
import { nextSlice } from '@rondo/shared/workers/slices';
import { createSuccessor, type SeriesDecision } from '../../domain/decision.ts';
import { applyDecision } from '../../store/apply-decision.ts';
import { RecurrenceUnitOfWork } from '../../store/recurrence-unit-of-work.ts';
import { schema, type Tables } from '../../store/tables.ts';
import type { RowKey } from '../../store/write-rows.ts';

type Computing = { database: Kysely<Tables>; clock: Clock; ids: Ids };

/**
 * Computes the date of one successor that takes long, and commands Todo to create it: the first of the workspace after `last`.
 * @param onFound is called with the workspace before the date is computed
 * @returns the workspace; undefined if no later one wants a date
 */
export async function computeWantedDate(
  { database, clock, ids }: Computing,
  last: string,
  onFound: (workspaceId: string) => void = () => undefined,
): Promise<string | undefined> {
  return database.transaction().execute(async (trx) => {
    const { rows } = await sql<RowKey>`
      SELECT workspace_id, id FROM recurring_task_service.series
      WHERE wanted_after IS NOT NULL AND workspace_id > ${last} ORDER BY workspace_id, wanted_after LIMIT 1`.execute(
      trx,
    );
    const [key] = rows;
    if (!key) return undefined;
    const { workspace_id } = key;
    onFound(workspace_id);
    const work = await RecurrenceUnitOfWork.open(trx, [], [key]);
    const series = work.series(key);
    if (!series || series.wanted_after === null) return workspace_id;
    const { wanted_after: passedAt, wanted_by: personId, current_task_id: id } = series;
    await work.load(trx, [
      { workspace_id, id },
      { workspace_id, id: successorIdOf(id) },
    ]);
    const current = work.task({ workspace_id, id });
    if (!current) return workspace_id;
    if (current.parent_id !== null) {
      await work.load(trx, [{ workspace_id, id: current.parent_id }]);
      await work.loadSeriesOf(trx, [{ workspace_id, id: current.parent_id }]);
    }
    const decision: SeriesDecision = {
      task: { ...current },
      series: { ...series, wanted_after: null },
      history: [],
    };
    await nextSlice();
    createSuccessor(decision, passedAt, work.known(workspace_id), {});
    const at = clock.now().toISOString();
    const context = {
      actor: { user_id: personId ?? workspace_id, source: 'recurrence' as const },
      at,
      traceparent: null,
    };
    const messages = applyDecision(work, decision, { ids, context, setAt: Date.parse(at) });
    await enqueueMessages(trx, schema, [...messages, ...(await work.write(trx))]);
    return workspace_id;
  });
}
