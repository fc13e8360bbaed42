import { wallTextOf } from '@rondo/time/recurrence-moment';
import { isWithinDay, parseRule, ruleText } from './rule.ts';
import { nextOccurrence, type Series } from './series.ts';

/**
 * The next occurrence of a series that recurs from its completion (`recurrence_basis: completion`): the rule counted
 * anew from the day of completion in the zone, at the anchor's wall-clock time, and never on that day itself. A rule
 * within the day counts from the moment of completion.
 * @param done how many occurrences have been completed, this one included: COUNT ends the series with it
 * @returns a plain date, or an instant with the zone's offset; null where the series has ended
 * @throws as `occurrences`
 */
export function occurrenceAfterCompletion(
  series: Series,
  { completed_at: completedAt, done }: { completed_at: Date; done: number },
): string | null {
  const rule = parseRule(series.rule);
  if (rule.count !== null && done >= rule.count) return null;
  const wall = wallTextOf(completedAt, series.time_zone);
  const day = wall.slice(0, 10);
  const endless = rule.count === null ? series.rule : ruleText({ ...rule, count: null });
  const isTimedWithinDay = isWithinDay(rule) && series.anchor.length > 10;
  return isTimedWithinDay
    ? nextOccurrence({ ...series, rule: endless, anchor: wall }, completedAt.toISOString())
    : nextOccurrence({ ...series, rule: endless, anchor: `${day}${series.anchor.slice(10)}` }, day);
}
