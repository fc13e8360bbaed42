import { parseRule } from '@rondo/recurrence/parse-rule';
import { ruleText } from '@rondo/recurrence/rule';
import { untilDay } from '@rondo/recurrence/until';
import type { ScheduleEnd } from '@rondo/shared/contracts/schedule';
import { maxRuleLength } from '@rondo/shared/contracts/task';
import { invalidInput } from '@rondo/shared/errors';
import { dayOfDate } from '@rondo/time/iso-8601';
import type { CommandContext, RecurringContext } from '../../context.ts';
import { changeSeries, openOccurrence, type SeriesAnswer } from '../store/change-series.ts';
import { editMessage } from '../store/edit-message.ts';

/**
 * Ends a series with the open occurrence, after a number of occurrences counted from it, or with the last one up to a day.
 * @throws AppError 404, 409 `series-ended`, `no-open-occurrence`, 422 if both ends are given
 */
export function endSeries(
  ctx: RecurringContext,
  command: CommandContext,
  id: string,
  { after_occurrences: count, on }: ScheduleEnd,
): Promise<SeriesAnswer> {
  if (count !== undefined && on !== undefined)
    throw invalidInput([{ field: 'on', message: "can't be combined with after_occurrences" }]);
  return changeSeries(ctx, command, { id, status: 202 }, (open) => {
    openOccurrence(open);
    if (count === undefined && on === undefined)
      return [editMessage(open, { recurrence_rule: null }, ctx.ids)];
    const until = on === undefined ? null : untilDay(dayOfDate(on, null));
    const rule = ruleText({ ...parseRule(open.series.rule), count: count ?? null, until });
    if (rule.length > maxRuleLength)
      throw invalidInput([
        { field: 'on', message: `makes the rule longer than ${maxRuleLength} characters` },
      ]);
    return [editMessage(open, { recurrence_rule: rule }, ctx.ids)];
  });
}
