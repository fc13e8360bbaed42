import { occurrences } from '@rondo/recurrence/occurrences';
import { RuleError } from '@rondo/recurrence/rule-error';
import { nextDate } from './next-date.ts';
import { recurrenceOf, type SeriesState } from './series.ts';

/** How many dates after the current one a schedule has. */
const maxNextOccurrences = 5;

/** A read computes what a completion now would give, so it may take only this many steps. */
const maxStepsOfRead = 2_000;

/**
 * The occurrences after the current one. A series that counts from completion has none before it is completed.
 * @throws RuleError if the rule never matches, or takes too many steps
 */
export function nextOccurrences(series: SeriesState, scheduled: string | null): string[] {
  if (series.ended_reason !== null || series.basis === 'completion') return [];
  return occurrences(recurrenceOf(series), { after: scheduled, limit: maxNextOccurrences }).toArray();
}

/** As `nextOccurrences`, but empty for a series whose dates can't be computed, so that it never stops others. */
export function computableOccurrences(series: SeriesState, scheduled: string | null): string[] {
  try {
    return nextOccurrences(series, scheduled);
  } catch (error) {
    if (error instanceof RuleError || error instanceof RangeError) return [];
    throw error;
  }
}

/** Of a series that counts from completion, the date that a completion now would give. */
export function occurrenceAfterNow(series: SeriesState, scheduled: string | null, now: Date): string[] {
  if (series.ended_reason !== null) return [];
  const afterCompletion = { ...series, done: series.done + 1 };
  const occurrence = { scheduled, due_date: null };
  const following = nextDate(afterCompletion, occurrence, now.toISOString(), { maxSteps: maxStepsOfRead });
  return 'next' in following ? [following.next] : [];
}
