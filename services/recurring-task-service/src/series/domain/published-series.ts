import type { PublishedSeries } from '@rondo/shared/contracts/series-event';
import type { SeriesState } from './series.ts';

/** What others learn of a series. @param scheduled the date of its current occurrence, if it is known */
export function publishedSeries(series: SeriesState, scheduled: string | null): PublishedSeries {
  const { rule, anchor, time_zone, person_zone, exdates, rdates, gap, month_end } = series;
  const { is_paused, done, current_task_id, ended_reason } = series;
  const dates = { rule, anchor, time_zone, person_zone, exdates, rdates, gap, month_end };
  return { ...dates, is_paused, done, current_task_id, scheduled, ended_reason };
}
