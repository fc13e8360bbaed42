import ICAL from 'ical.js';
import { parseRule } from '@rondo/recurrence/parse-rule';
import { ruleText } from '@rondo/recurrence/rule';
import { untilDay, untilInIso, untilInstant, type Until } from '@rondo/recurrence/until';
import { wallOfText } from '@rondo/time/iso-8601';
import { dayAt, instantOf, wallAt } from '@rondo/time/wall-clock';
import type { JcalProperty } from './time.ts';

/**
 * A task's rule as RRULE. UNTIL becomes a date if DTSTART is one, and a UTC time otherwise (RFC 5545 section 3.3.10).
 */
export function ruleProperty(text: string, isAllDay: boolean, zone: string | null): JcalProperty {
  const rule = parseRule(text);
  const until = rule.until && (isAllDay ? allDayUntil(rule.until, zone) : timedUntil(rule.until, zone));
  return ['rrule', {}, 'recur', ICAL.Recur.fromString(ruleText({ ...rule, until })).toJSON()];
}

function allDayUntil(until: Until, zone: string | null): Until {
  if (until.form !== 'utc') return { form: 'date', text: until.text.slice(0, 8) };
  return untilDay(dayAt(Date.parse(untilInIso(until)), zone));
}

/** A date includes the whole day in the zone, as in docs/time.md. */
function timedUntil(until: Until, zone: string | null): Until {
  if (until.form === 'utc') return until;
  const wall = wallOfText(untilInIso(until));
  return untilInstant(
    until.form === 'date' ? instantOf(wall + wallAt(1), zone) - 1_000 : instantOf(wall, zone),
  );
}
