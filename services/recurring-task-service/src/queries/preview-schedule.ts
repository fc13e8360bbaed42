import type { SchedulePreview, SchedulePreviewRequest } from '@rondo/shared/contracts/schedule';
import { checkTimeZone, readRule } from '@rondo/shared/http/time-input';
import { describeRule } from '@rondo/recurrence/describe-rule';
import { parseRule } from '@rondo/recurrence/rule';
import { defaultPolicies, occurrences } from '@rondo/recurrence/series';
import { anchorOf } from '../series.ts';

const usualCount = 5;

/** @throws AppError 422 for a rule that is malformed or never matches, with the position; for a zone that is none */
export function previewSchedule(request: SchedulePreviewRequest): SchedulePreview {
  const { rule, anchor, after, count = usualCount, rdates = [], exdates = [], policies } = request;
  const zone = request.time_zone ?? null;
  checkTimeZone(zone);
  const series = {
    rule,
    rdates,
    exdates,
    anchor: anchorOf(anchor, zone),
    time_zone: zone,
    policies: { ...defaultPolicies, ...policies },
  };
  return readRule('rule', () => {
    const sentence = describeRule(parseRule(rule), zone);
    // One more than is shown tells whether the series ends here.
    const found = occurrences(series, { after: after ?? null, limit: count + 1 }).toArray();
    return { occurrences: found.slice(0, count), is_whole: found.length <= count, sentence };
  });
}
