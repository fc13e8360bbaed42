import ICAL from 'ical.js';
import { parseRule } from '@rondo/recurrence/parse-rule';
import { isWithinDay, ruleText, type Rule } from '@rondo/recurrence/rule';
import { untilDay, untilInIso, untilInstant, type Until } from '@rondo/recurrence/until';
import { wallOfText, wallText } from '@rondo/time/iso-8601';
import { dayAt, instantOf, wallAt, wallOf } from '@rondo/time/wall-clock';
import type { JcalProperty, Place } from './time.ts';

/** A task's rule as RRULE. */
export function ruleProperty(text: string, isAllDay: boolean, place: Omit<Place, 'years'>): JcalProperty {
  return recurProperty(ruleText(writtenRule(parseRule(text), isAllDay, place)));
}

/** The text of a written rule as RRULE. */
export function recurProperty(text: string): JcalProperty {
  return ['rrule', {}, 'recur', ICAL.Recur.fromString(text).toJSON()];
}

/**
 * A rule as it is written: UNTIL becomes a date or a local time if DTSTART is one, and a UTC time otherwise (RFC 5545 section 3.3.10).
 */
export function writtenRule(rule: Rule, isAllDay: boolean, { zone, isFloating }: Omit<Place, 'years'>): Rule {
  const until = rule.until && (isAllDay ? allDayUntil(rule.until, zone) : timedUntil(rule.until, zone));
  const ofDays = isAllDay ? ruleOfDays(rule) : rule;
  return { ...ofDays, until: until && isFloating === true && !isAllDay ? localUntil(until, zone) : until };
}

/** The rule of a series of days: times of day have no meaning there (RFC 5545 section 3.3.10). */
export function ruleOfDays(rule: Rule): Rule {
  const isOfTimes = isWithinDay(rule) || rule.bySetPosition.length > 0;
  return isOfTimes ? rule : { ...rule, byHour: [], byMinute: [], bySecond: [] };
}

function localUntil(until: Until, zone: string | null): Until {
  const wall = wallText(wallOf(Date.parse(untilInIso(until)), zone));
  return { form: 'wall', text: wall.replaceAll(/[-:]/g, '') };
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
