import { occurrences, type ComputationOptions } from '@rondo/recurrence/occurrences';
import { RuleError, TooManySteps } from '@rondo/recurrence/rule-error';
import { maxStepsAtOnce, nextDate } from './next-date.ts';
import { recurrenceOf, type SeriesState } from './series.ts';

/** How many dates after the current one a schedule has. */
const maxNextOccurrences = 5;

/**
 * The occurrences after the current one. A series that counts from completion has none before it is completed.
 * @throws RuleError if the rule never matches, or takes too many steps
 */
export function nextOccurrences(
  series: SeriesState,
  scheduled: string | null,
  options: ComputationOptions = {},
): string[] {
  if (series.ended_reason !== null || series.basis === 'completion') return [];
  const page = { after: scheduled, limit: maxNextOccurrences, ...options };
  return occurrences(recurrenceOf(series), page).toArray();
}

/** As `nextOccurrences`, but empty for a series whose dates can't be computed, so that it never stops others. */
export function computableOccurrences(series: SeriesState, scheduled: string | null): string[] {
  try {
    return nextOccurrences(series, scheduled);
  } catch (error) {
    return noneAfter(error);
  }
}

/** As `computableOccurrences`, but null if they take too long for a delivery: they are the worker's. */
export function occurrencesAtOnce(series: SeriesState, scheduled: string | null): string[] | null {
  try {
    return nextOccurrences(series, scheduled, { maxSteps: maxStepsAtOnce });
  } catch (error) {
    return error instanceof TooManySteps ? null : noneAfter(error);
  }
}

function noneAfter(error: unknown): string[] {
  if (error instanceof RuleError || error instanceof RangeError) return [];
  throw error;
}

/** The next occurrences of a series that lacks them, for a read. Those that take longer are the worker's. */
export function occurrencesForRead(series: SeriesState, scheduled: string | null): string[] {
  return occurrencesAtOnce(series, scheduled) ?? [];
}

/** Of a series that counts from completion, the date that a completion now would give. */
export function occurrenceAfterNow(series: SeriesState, scheduled: string | null, now: Date): string[] {
  if (series.ended_reason !== null) return [];
  const afterCompletion = { ...series, done: series.done + 1 };
  const occurrence = { scheduled, due_date: null };
  const following = nextDate(afterCompletion, occurrence, now.toISOString(), { maxSteps: maxStepsAtOnce });
  return 'next' in following ? [following.next] : [];
}
