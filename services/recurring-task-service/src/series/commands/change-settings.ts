import type { ScheduleSettingsPatch } from '@rondo/shared/contracts/schedule';
import type { CommandContext, RecurringContext } from '../../context.ts';
import { changeSeries } from '../store/change-series.ts';

/** Changes the settings of a series that its tasks don't have. Absent settings stay. @throws AppError 404 */
export function changeSettings(
  ctx: RecurringContext,
  command: CommandContext,
  id: string,
  { policies, ...settings }: ScheduleSettingsPatch,
): Promise<void> {
  return changeSeries(ctx, command, id, ({ work, series, context }) => {
    work.saveSeries({ ...series, ...settings, ...policies, updated_at: context.at });
    return [];
  });
}
