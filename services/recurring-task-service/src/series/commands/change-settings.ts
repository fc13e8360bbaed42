import type { ScheduleSettingsPatch } from '@rondo/shared/contracts/schedule';
import { readRule } from '@rondo/shared/http/time-input';
import type { CommandContext, RecurringContext } from '../../context.ts';
import { nextOccurrences } from '../domain/next-occurrences.ts';
import { changeSeries, type SeriesAnswer } from '../store/change-series.ts';

/**
 * Changes the settings of a series that its tasks don't have. Absent settings stay.
 * @throws AppError 404, 422 `invalid-rule` if the dates that follow can't be computed
 */
export function changeSettings(
  ctx: RecurringContext,
  command: CommandContext,
  id: string,
  { policies, ...settings }: ScheduleSettingsPatch,
): Promise<SeriesAnswer> {
  return changeSeries(ctx, command, { id, status: 200 }, ({ work, series, current, context }) => {
    const changed = { ...series, ...settings, ...policies, updated_at: context.at };
    readRule('rule', () => nextOccurrences(changed, current?.scheduled ?? null));
    work.saveSeries(changed);
    return [];
  });
}
