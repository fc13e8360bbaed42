import { parseRule, ruleText } from '@rondo/recurrence/rule';
import type { ScheduleEdit, ScheduleEnd, ScheduleSettingsPatch } from '@rondo/shared/contracts/schedule';
import type { EditOccurrence } from '@rondo/shared/contracts/task-command';
import { invalidInput } from '@rondo/shared/errors';
import type { OutgoingMessage } from '@rondo/shared/messaging/message-outbox';
import { checkTimeZone, readRule } from '@rondo/shared/http/time-input';
import { commandMessage } from '../apply-decision.ts';
import { anchorOf } from '../series.ts';
import type { RecurringContext } from '../tables.ts';
import { changeSeries, openOccurrence, type Asker, type OpenSeries } from './change-series.ts';

/** Changes what the tasks of a series do not say; what is absent stays. @throws AppError 404 */
export function changeSettings(
  ctx: RecurringContext,
  asker: Asker,
  id: string,
  { policies, ...settings }: ScheduleSettingsPatch,
): Promise<void> {
  return changeSeries(ctx, asker, id, ({ ledger, series, cause }) => {
    ledger.keepSeries({ ...series, ...settings, ...policies, updated_at: cause.at });
    return [];
  });
}

/**
 * Changes the open occurrence, or it and all that follow: Todo is asked to write it to the task. A date for all that follow
 * is where the series counts from at once.
 * @throws AppError 404, 409 `series-ended`, `no-open-occurrence`, 422
 */
export function editSeries(
  ctx: RecurringContext,
  asker: Asker,
  id: string,
  edit: ScheduleEdit,
): Promise<void> {
  return changeSeries(ctx, asker, id, (open) => {
    const current = openOccurrence(open);
    const { ledger, series, cause } = open;
    if (edit.scope === 'this') return [editCommand(ctx, open, { due_date: edit.due_date })];
    const { rule, due_date: due, time_zone: zone = series.time_zone, recurrence_basis: basis } = edit;
    checkTimeZone(zone);
    if (due !== undefined) {
      const anchor = anchorOf(due, zone);
      ledger.keepSeries({ ...series, anchor, done: 0, updated_at: cause.at });
      ledger.keepTask({ ...current, scheduled: due });
    }
    const patch = {
      ...(due === undefined ? {} : { due_date: due }),
      ...(rule === undefined ? {} : { recurrence_rule: readRule('rule', () => ruleText(parseRule(rule))) }),
      ...(edit.time_zone === undefined ? {} : { time_zone: zone }),
      ...(basis === undefined ? {} : { recurrence_basis: basis }),
    };
    return Object.keys(patch).length === 0 ? [] : [editCommand(ctx, open, patch)];
  });
}

/**
 * Ends a series: with the open occurrence, after so many counted from it, or with the last one up to a day.
 * @throws AppError 404, 409 `series-ended`, `no-open-occurrence`, 422 where both ends are given
 */
export function endSeries(
  ctx: RecurringContext,
  asker: Asker,
  id: string,
  { after_occurrences: count, on }: ScheduleEnd,
): Promise<void> {
  if (count !== undefined && on !== undefined)
    throw invalidInput([{ field: 'on', message: 'and after_occurrences exclude each other' }]);
  return changeSeries(ctx, asker, id, (open) => {
    openOccurrence(open);
    if (count === undefined && on === undefined) return [editCommand(ctx, open, { recurrence_rule: null })];
    const until = on === undefined ? null : ({ form: 'date', text: on.replaceAll('-', '') } as const);
    const rule = ruleText({ ...parseRule(open.series.rule), count: count ?? null, until });
    return [editCommand(ctx, open, { recurrence_rule: rule })];
  });
}

function editCommand(
  ctx: RecurringContext,
  { series, cause }: OpenSeries,
  patch: EditOccurrence['patch'],
): OutgoingMessage {
  const { workspace_id, current_task_id: task_id } = series;
  return commandMessage(
    { command_type: 'edit-occurrence', workspace_id, task_id, patch },
    { ids: ctx.ids, cause },
  );
}
