import type { Transaction } from 'kysely';
import { parseRule } from '@rondo/recurrence/parse-rule';
import { RuleError } from '@rondo/recurrence/rule-error';
import type { Ids } from '@rondo/shared/clock';
import { TaskEvent } from '@rondo/shared/contracts/task-event';
import { topics } from '@rondo/shared/contracts/topics';
import { consume } from '@rondo/shared/messaging/declare-consumer';
import { enqueueMessages, type OutgoingMessage } from '@rondo/shared/messaging/message-outbox';
import { inSlices } from '@rondo/shared/workers/slices';
import { successorIdOf } from '@rondo/shared/contracts/successor-id';
import { isTimeZone } from '@rondo/time/zone';
import type { RecurringContext } from '../context.ts';
import { isClosed } from '../domain/followed-task.ts';
import { followTask, isFollowed } from '../domain/follow-task.ts';
import { setAtOf } from '../reminders/domain/task-reminders.ts';
import { applyDecision } from '../store/apply-decision.ts';
import { RecurrenceUnitOfWork } from '../store/recurrence-unit-of-work.ts';
import { schema, type Tables } from '../store/tables.ts';

/** The consumer of the events of tasks. */
export const taskConsumer = consume({
  topic: topics.taskEvents,
  event: TaskEvent,
  bulk: { maxAwaitMs: 15 },
  concerns: isFollowed,
  countsStale: true,
  wakes: ['relay', 'reminders', 'wantedDates'],
  handle: async ({ ids }: RecurringContext, events, trx: Transaction<Tables>, { traceparents }) => ({
    stale: await followTasks(events, trx, { ids, traceparents }),
  }),
});

/**
 * Keeps series and reminders in step with their tasks, in the given transaction, and writes the commands to Todo that
 * create the successors of closed occurrences.
 * @returns how many events came after a later one of their task
 */
async function followTasks(
  given: TaskEvent[],
  trx: Transaction<Tables>,
  { ids, traceparents }: { ids: Ids; traceparents: (string | undefined)[] },
): Promise<number> {
  const events = given.map((event) => withKnownTerms(event));
  const tasks = events.flatMap(({ workspace_id, task_id: id, payload: { series_id, parent_id } }) => [
    { workspace_id, id },
    ...(series_id === null ? [] : [{ workspace_id, id: successorIdOf(id) }]),
    ...(series_id === null || parent_id === null ? [] : [{ workspace_id, id: parent_id }]),
  ]);
  const series = events.flatMap(({ workspace_id, payload }) =>
    payload.series_id === null ? [] : [{ workspace_id, id: payload.series_id }],
  );
  const work = await RecurrenceUnitOfWork.open(trx, tasks, series);
  await work.loadSeriesOf(trx, tasks);
  const withoutZone = events.filter(({ payload }) => payload.time_zone === null);
  await work.loadPersonZones(trx, [...new Set(withoutZone.map(({ workspace_id }) => workspace_id))]);
  await work.loadLaterOccurrences(
    trx,
    events
      .filter((event) => closes(event, work))
      .map(({ workspace_id, task_id: id }) => ({ workspace_id, id })),
  );
  let stale = 0;
  const messages: OutgoingMessage[] = [];
  // The next date of a hostile rule takes tens of milliseconds.
  await inSlices(events.entries(), ([index, event]) => {
    const known = work.known(event.workspace_id);
    const versionBefore = known.task(event.task_id)?.version ?? 0;
    const decision = followTask(known, event);
    if (!decision) {
      stale += 1;
      return;
    }
    const context = { actor: event.actor, at: event.timestamp, traceparent: traceparents[index] ?? null };
    const setAt = setAtOf(event, versionBefore);
    messages.push(...applyDecision(work, decision, { ids, context, setAt }));
  });
  const changed = await work.write(trx);
  await enqueueMessages(trx, schema, [...messages, ...changed]);
  return stale;
}

/** Whether an event of an occurrence closes it, as far as its stored state tells. */
function closes(
  { workspace_id, task_id: id, payload, event_type: type }: TaskEvent,
  work: RecurrenceUnitOfWork,
): boolean {
  const state = work.task({ workspace_id, id })?.state ?? 'open';
  return (
    payload.series_id !== null &&
    (payload.status === 'complete' || type === 'task-skipped') &&
    !isClosed(state)
  );
}

/**
 * An event may have a zone or a rule that this runtime does not know, for example during a rollout of another edition of the
 * zone database. The zone is UTC then, and the task does not recur: it must not stop the events that follow.
 */
function withKnownTerms(event: TaskEvent): TaskEvent {
  const { time_zone: personZone, ...others } = event;
  const { time_zone: zone, recurrence_rule: rule } = event.payload;
  const isZoneKnown = zone === null || isTimeZone(zone);
  const isPersonZoneKnown = personZone === undefined || isTimeZone(personZone);
  const isRuleKnown = rule === null || isRule(rule);
  if (isZoneKnown && isPersonZoneKnown && isRuleKnown) return event;
  const payload = {
    ...event.payload,
    ...(isZoneKnown ? {} : { time_zone: null }),
    ...(isRuleKnown ? {} : { recurrence_rule: null }),
  };
  return { ...(isPersonZoneKnown ? event : others), payload };
}

function isRule(text: string): boolean {
  try {
    parseRule(text);
    return true;
  } catch (error) {
    if (error instanceof RuleError) return false;
    throw error;
  }
}
