import type { SchedulePreview, SchedulePreviewRequest } from '@rondo/shared/contracts/schedule';
import { checkTimeZone, readRule } from '@rondo/shared/http/time-input';
import { nextSlice } from '@rondo/shared/workers/slices';
import { describeRule } from '@rondo/recurrence/describe-rule';
import { parseRule } from '@rondo/recurrence/parse-rule';
import { defaultPolicies, occurrences } from '@rondo/recurrence/occurrences';
import { anchorOf } from '../domain/series.ts';

const defaultCount = 5;

/**
 * The next occurrences of a rule, in the zone of the request or else that of the person.
 * @throws AppError 422 `invalid-rule` if the rule is malformed, never matches or takes too many steps, with the position; 422
 * if the zone is unknown
 */
export async function previewSchedule(
  request: SchedulePreviewRequest,
  personZone: string | null,
): Promise<SchedulePreview> {
  const {
    rule,
    anchor,
    after = null,
    count = defaultCount,
    rdates = [],
    exdates = [],
    policies = {},
  } = request;
  const timeZone = request.time_zone ?? personZone;
  checkTimeZone(timeZone);
  const { gap = defaultPolicies.gap, month_end: monthEnd = defaultPolicies.monthEnd } = policies;
  const series = {
    rule,
    rdates,
    exdates,
    anchor: anchorOf(anchor, timeZone),
    timeZone,
    policies: { ...defaultPolicies, gap, monthEnd },
  };
  await nextSlice();
  return readRule('rule', () => {
    const sentence = describeRule(parseRule(rule), timeZone);
    // One more than requested tells whether the series ends here.
    const found = occurrences(series, { after, limit: count + 1 }).toArray();
    return { occurrences: found.slice(0, count), is_whole: found.length <= count, sentence };
  });
}
