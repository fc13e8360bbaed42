import { isTimeZone } from '@rondo/shared/contracts/wall-clock';
import type { SchedulePreview, SchedulePreviewRequest } from '@rondo/shared/contracts/schedule';
import { invalidInput } from '@rondo/shared/runtime/errors';
import { describeRule } from '../describe-rule.ts';
import { wallTextOf } from '../recurrence-moment.ts';
import { parseRule } from '@rondo/shared/contracts/recurrence/recurrence-rule';
import { defaultPolicies, occurrences } from '../recurrence-series.ts';
import { RuleError } from '@rondo/shared/contracts/recurrence/rule-error';

const usualCount = 5;

/** @throws AppError 422 for a rule that is malformed or never matches, with the position; for a zone that is none */
export function previewSchedule(request: SchedulePreviewRequest): SchedulePreview {
  const { rule, anchor, after, count = usualCount, rdates = [], exdates = [], policies } = request;
  const zone = request.time_zone ?? null;
  if (zone !== null && !isTimeZone(zone))
    throw invalidInput([{ field: 'time_zone', message: 'is not a time zone of the IANA database' }]);
  const series = {
    rule,
    rdates,
    exdates,
    anchor: anchor.length === 10 ? anchor : wallTextOf(new Date(anchor), zone),
    time_zone: zone,
    policies: { ...defaultPolicies, ...policies },
  };
  try {
    const sentence = describeRule(parseRule(rule), zone);
    // One more than is shown tells whether the series ends here.
    const found = occurrences(series, { after: after ?? null, limit: count + 1 }).toArray();
    return { occurrences: found.slice(0, count), is_whole: found.length <= count, sentence };
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    throw invalidInput([{ field: 'rule', message: `${error.reason} at position ${error.position}` }]);
  }
}
