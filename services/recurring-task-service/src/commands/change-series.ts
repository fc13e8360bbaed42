import { AppError, notFound } from '@rondo/shared/errors';
import type { Identity } from '@rondo/shared/http/identity';
import { enqueueMessages, type OutgoingMessage } from '@rondo/shared/messaging/message-outbox';
import type { TraceContext } from '@rondo/shared/observability/trace-context';
import type { Cause } from '../apply-decision.ts';
import type { FollowedTask } from '../follow-task.ts';
import { Ledger } from '../ledger.ts';
import type { SeriesState } from '../series.ts';
import { schema, type RecurringContext } from '../tables.ts';

/** Who asks for something. */
export type Asker = { identity: Identity; trace: TraceContext };

/** A series with its current task, as a transaction of its own found them. */
export type OpenSeries = {
  ledger: Ledger;
  series: SeriesState;
  /** The open occurrence, or the last one that was let go; unknown until its first event has come. */
  current: FollowedTask | undefined;
  cause: Cause;
};

/**
 * Changes a series of the asker's workspace: what `decide` takes into the ledger is written together with the messages that
 * it answers.
 * @throws AppError 404
 */
export async function changeSeries(
  ctx: RecurringContext,
  { identity, trace }: Asker,
  id: string,
  decide: (open: OpenSeries) => OutgoingMessage[],
): Promise<void> {
  const { workspace_id: workspaceId } = identity;
  await ctx.database.transaction().execute(async (trx) => {
    const place = { workspace_id: workspaceId, id };
    const ledger = await Ledger.open(trx, [], [place]);
    const series = ledger.series(place);
    if (!series) throw notFound('schedule');
    const currentPlace = { workspace_id: workspaceId, id: series.current_task_id };
    await ledger.load(trx, [currentPlace]);
    const messages = decide({
      ledger,
      series,
      current: ledger.task(currentPlace),
      cause: {
        actor: { user_id: identity.person_id, source: identity.source },
        at: ctx.clock.now().toISOString(),
        traceparent: trace.traceparent,
      },
    });
    await ledger.write(trx);
    await enqueueMessages(trx, schema, messages);
  });
  ctx.wake();
}

/**
 * The open occurrence of a series that goes on.
 * @throws AppError 409 `series-ended`, `no-open-occurrence`
 */
export function openOccurrence({ series, current }: OpenSeries): FollowedTask {
  if (series.ended_reason !== null)
    throw new AppError('series-ended', `The series has ended (${series.ended_reason}).`, { status: 409 });
  if (current?.state !== 'open')
    throw new AppError('no-open-occurrence', 'The series has no open task right now.', { status: 409 });
  return current;
}
