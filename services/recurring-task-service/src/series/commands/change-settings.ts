import type { ScheduleSettingsPatch } from '@rondo/shared/contracts/schedule';
import type { RecurringContext } from '../../context.ts';
import { changeSeries, type CommandRequest } from '../store/change-series.ts';

/** Changes the settings of a series that its tasks don't have. Absent settings stay. @throws AppError 404 */
export function changeSettings(
  ctx: RecurringContext,
  request: CommandRequest,
  id: string,
  { policies, ...settings }: ScheduleSettingsPatch,
): Promise<void> {
  return changeSeries(ctx, request, id, ({ work, series, context }) => {
    work.saveSeries({ ...series, ...settings, ...policies, updated_at: context.at });
    return [];
  });
}
