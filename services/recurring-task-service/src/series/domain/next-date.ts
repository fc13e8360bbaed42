import { occurrenceAfterCompletion } from '@rondo/recurrence/after-completion';
import { nextOccurrence, type ComputationOptions } from '@rondo/recurrence/occurrences';
import { parseRule } from '@rondo/recurrence/parse-rule';
import { RuleError, TooManySteps } from '@rondo/recurrence/rule-error';
import { isoDate } from '@rondo/time/calendar';
import { dayAt } from '@rondo/time/wall-clock';
import { recurrenceOf, zoneOfSeries, type EndedReason, type SeriesState } from './series.ts';

/**
 * What a delivery or a request may take: others wait for it. The series of a person who ticks off daily for a year takes fewer.
 */
export const maxStepsAtOnce = 2_000;

/**
 * The date that follows an occurrence.
 * @param occurrence its date in the series, and its due date
 * @param closedAt when it was completed or skipped; a series counted from completion counts from this day
 * @param options with `maxSteps`, a date that takes more is `costly`: it is to be computed later, without it
 */
export function nextDate(
  series: SeriesState,
  { scheduled, due_date: due }: { scheduled: string | null; due_date: string | null },
  closedAt: string,
  options: ComputationOptions = {},
): { next: string } | { ended: EndedReason } | { costly: true } {
  try {
    const next =
      series.basis === 'completion'
        ? occurrenceAfterCompletion(recurrenceOf(series), {
            completedAt: new Date(closedAt),
            done: series.done,
            ...options,
          })
        : nextOccurrence(recurrenceOf(series), lastPassed(series, [scheduled, due], closedAt), options);
    return next === null ? { ended: reasonOf(series.rule) } : { next };
  } catch (error) {
    if (error instanceof TooManySteps && options.maxSteps !== undefined) return { costly: true };
    // A consumer calls this: dates that can't be computed end their series, and never stop the others.
    if (error instanceof RuleError || error instanceof RangeError) return { ended: 'no-date' };
    throw error;
  }
}

/** The date after which the next occurrence is: the latest of the dates of the occurrence and, usually, its closing. */
function lastPassed(series: SeriesState, dates: (string | null)[], closedAt: string): string {
  const { anchor, overdue } = series;
  const isAllDay = anchor.length === 10;
  const closed = isAllDay ? isoDate(dayAt(Date.parse(closedAt), zoneOfSeries(series))) : closedAt;
  const passed = [...dates, overdue === 'next' ? closed : null].filter(
    (date) => date !== null && (date.length === 10) === isAllDay,
  ) as string[];
  return passed.toSorted((left, right) => Date.parse(left) - Date.parse(right)).at(-1) ?? closed;
}

function reasonOf(rule: string): EndedReason {
  const { count, until } = parseRule(rule);
  return count !== null ? 'count' : until !== null ? 'until' : 'no-date';
}
