import { wallText } from '@rondo/time/iso-8601';
import { wallOf } from '@rondo/time/wall-clock';
import { parseRule } from './parse-rule.ts';
import { isWithinDay, ruleText } from './rule.ts';
import { nextOccurrence, type ComputationOptions, type Series } from './occurrences.ts';

/**
 * The next occurrence of a series that recurs from its completion (`recurrence_basis: completion`). The rule counts from
 * the day of completion in the zone, at the time of day of the anchor, and never gives that day itself. A rule that
 * repeats within the day counts from the moment of completion.
 * @param done how many occurrences have been completed, this one included; COUNT limits it
 * @returns a plain date, or an instant with the offset of the zone; null if the series has ended
 * @throws as `occurrences`
 */
export function occurrenceAfterCompletion(
  series: Series,
  { completedAt, done, ...options }: ComputationOptions & { completedAt: Date; done: number },
): string | null {
  const rule = parseRule(series.rule);
  if (rule.count !== null && done >= rule.count) return null;
  const wall = wallText(wallOf(completedAt.getTime(), series.timeZone));
  const day = wall.slice(0, 10);
  const endless = rule.count === null ? series.rule : ruleText({ ...rule, count: null });
  return isWithinDay(rule) && series.anchor.length > 10
    ? nextOccurrence({ ...series, rule: endless, anchor: wall }, completedAt.toISOString(), options)
    : nextOccurrence({ ...series, rule: endless, anchor: `${day}${series.anchor.slice(10)}` }, day, options);
}
