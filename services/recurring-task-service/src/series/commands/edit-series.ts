import { parseRule } from '@rondo/recurrence/parse-rule';
import { ruleText } from '@rondo/recurrence/rule';
import type { ScheduleEdit } from '@rondo/shared/contracts/schedule';
import { checkTimeZone, readRule } from '@rondo/shared/http/time-input';
import type { CommandContext, RecurringContext } from '../../context.ts';
import type { FollowedTask } from '../../domain/followed-task.ts';
import { nextOccurrences } from '../domain/next-occurrences.ts';
import { anchorOf, zoneOfSeries, type SeriesState } from '../domain/series.ts';
import { changeSeries, openOccurrence, type SeriesAnswer } from '../store/change-series.ts';
import { editMessage } from '../store/edit-message.ts';

type FollowingEdit = Extract<ScheduleEdit, { scope: 'following' }>;

/**
 * Changes the open occurrence, or it and all following ones, by a command to Todo. The series counts from a new date of
 * all following ones at once.
 * @throws AppError 404, 409 `series-ended`, `no-open-occurrence`, 422; `invalid-rule` also for a rule whose dates can't be computed
 */
export function editSeries(
  ctx: RecurringContext,
  command: CommandContext,
  id: string,
  edit: ScheduleEdit,
): Promise<SeriesAnswer> {
  return changeSeries(ctx, command, { id, status: 202 }, (open) => {
    const current = openOccurrence(open);
    const { work, series, context } = open;
    if (edit.scope === 'this') return [editMessage(open, { due_date: edit.due_date }, ctx.ids)];
    const { rule, due_date: due, time_zone: zone = series.time_zone, recurrence_basis: basis } = edit;
    checkTimeZone(zone);
    if (rule !== undefined || due !== undefined) checkDates(series, current, edit);
    if (due !== undefined) {
      work.saveSeries({
        ...series,
        anchor: anchorOf(due, zoneOfSeries({ ...series, time_zone: zone })),
        done: 0,
        updated_at: context.at,
      });
      work.saveTask({ ...current, scheduled: due });
    }
    const patch = {
      ...(due === undefined ? {} : { due_date: due }),
      ...(rule === undefined ? {} : { recurrence_rule: readRule('rule', () => ruleText(parseRule(rule))) }),
      ...(edit.time_zone === undefined ? {} : { time_zone: zone }),
      ...(basis === undefined ? {} : { recurrence_basis: basis }),
    };
    return Object.keys(patch).length === 0 ? [] : [editMessage(open, patch, ctx.ids)];
  });
}

/** @throws AppError 422 `invalid-rule` if the occurrences of the edited series can't be computed */
function checkDates(
  series: SeriesState,
  { task, scheduled }: FollowedTask,
  { rule = series.rule, due_date: due, time_zone: zone = series.time_zone }: FollowingEdit,
): void {
  const first = due ?? task.due_date ?? scheduled;
  const anchor =
    first === null ? series.anchor : anchorOf(first, zoneOfSeries({ ...series, time_zone: zone }));
  const edited: SeriesState = { ...series, rule, anchor, time_zone: zone, basis: 'due' };
  readRule('rule', () => nextOccurrences(edited, first));
}
