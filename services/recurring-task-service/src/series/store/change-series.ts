import type { Transaction } from 'kysely';
import type { ScheduleWithHistory } from '@rondo/shared/contracts/schedule';
import { answerOnce } from '@rondo/shared/database/answer-once';
import type { Actor } from '@rondo/shared/contracts/actor';
import { AppError, notFound } from '@rondo/shared/errors';
import type { Answer } from '@rondo/shared/http/idempotency-key';
import { nextSlice } from '@rondo/shared/workers/slices';
import { enqueueMessages, type OutgoingMessage } from '@rondo/shared/messaging/message-outbox';
import type { CommandContext, DecisionContext, RecurringContext } from '../../context.ts';
import type { FollowedTask } from '../../domain/followed-task.ts';
import { RecurrenceUnitOfWork } from '../../store/recurrence-unit-of-work.ts';
import { schema, type Tables } from '../../store/tables.ts';
import type { SeriesState } from '../domain/series.ts';
import { findSchedule } from '../queries/find-schedule.ts';
import { findSeriesId } from '../queries/find-series-id.ts';

/** A series and its current task, in a unit of work. */
export type OpenSeries = {
  work: RecurrenceUnitOfWork;
  series: SeriesState;
  /** The open occurrence, or the last closed one; undefined until its first event arrives. */
  current: FollowedTask | undefined;
  context: DecisionContext;
};

/** What a command answers: the series as it is now. 202 if Todo changes a task of it afterwards. */
export type SeriesAnswer = Answer<ScheduleWithHistory>;

/**
 * Changes a series of the workspace of a request, in one transaction and once for each Idempotency-Key: writes what `decide` saves in
 * the unit of work, and the messages that it returns.
 * @param id of the series, or the number of one of its tasks
 * @throws AppError 404
 */
export async function changeSeries(
  ctx: RecurringContext,
  command: CommandContext,
  { id: reference, status }: { id: string; status: 200 | 202 },
  decide: (open: OpenSeries) => OutgoingMessage[],
): Promise<SeriesAnswer> {
  const { workspaceId } = command.identity;
  const { database, clock } = ctx;
  const answer = await answerOnce({ database, schema, workspaceId, key: command.key }, async (trx) => {
    const id = await findSeriesId(trx, workspaceId, reference);
    await writeChange(ctx, trx, command, id, decide);
    return { status, body: await findSchedule({ database: trx, clock }, workspaceId, id) };
  });
  ctx.wake();
  return answer;
}

async function writeChange(
  { clock }: Pick<RecurringContext, 'clock'>,
  trx: Transaction<Tables>,
  { identity, trace, turnId }: CommandContext,
  id: string,
  decide: (open: OpenSeries) => OutgoingMessage[],
): Promise<void> {
  const workspace_id = identity.workspaceId;
  const work = await RecurrenceUnitOfWork.open(trx, [], [{ workspace_id, id }]);
  const series = work.series({ workspace_id, id });
  if (!series) throw notFound('schedule');
  const currentKey = { workspace_id, id: series.current_task_id };
  await work.load(trx, [currentKey]);
  const parentId = work.task(currentKey)?.parent_id ?? null;
  if (parentId !== null) {
    await work.load(trx, [{ workspace_id, id: parentId }]);
    await work.loadSeriesOf(trx, [{ workspace_id, id: parentId }]);
  }
  // It may compute dates.
  await nextSlice();
  const messages = decide({
    work,
    series,
    current: work.task(currentKey),
    context: {
      actor: actorOf(identity),
      ...(turnId === undefined ? {} : { turnId }),
      at: clock.now().toISOString(),
      traceparent: trace.traceparent,
    },
  });
  const changed = await work.write(trx);
  await enqueueMessages(trx, schema, [...messages, ...changed]);
}

function actorOf({ personId, source, agent }: CommandContext['identity']): Actor {
  return { user_id: personId, source, ...(agent ? { agent } : {}) };
}

/**
 * The open occurrence of a series that hasn't ended.
 * @throws AppError 409 `series-ended`, `no-open-occurrence`
 */
export function openOccurrence({ series, current }: OpenSeries): FollowedTask {
  if (series.ended_reason !== null)
    throw new AppError('series-ended', `The series has ended (${series.ended_reason}).`, { status: 409 });
  if (current?.state !== 'open')
    throw new AppError('no-open-occurrence', 'The series has no open task right now.', { status: 409 });
  return current;
}
