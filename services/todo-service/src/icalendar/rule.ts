import ICAL from 'ical.js';
import { isoDate } from '@rondo/time/calendar';
import { instantOf, wallOf } from '@rondo/time/wall-clock';
import { parseRule, ruleText } from '@rondo/recurrence/rule';
import { untilInIso, type Until } from '@rondo/recurrence/rule-parts';
import { secondsOf, type JcalProperty } from './time.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;

/**
 * A task's rule as RRULE. UNTIL becomes a date if DTSTART is one, and a UTC time otherwise (RFC 5545 section 3.3.10).
 */
export function ruleProperty(text: string, isAllDay: boolean, zone: string | null): JcalProperty {
  const rule = parseRule(text);
  const until =
    rule.until && (isAllDay ? untilDate(rule.until, zone ?? 'UTC') : untilInstant(rule.until, zone ?? 'UTC'));
  return ['rrule', {}, 'recur', ICAL.Recur.fromString(ruleText({ ...rule, until })).toJSON()];
}

function untilDate(until: Until, zone: string): Until {
  if (until.form !== 'utc') return { form: 'date', text: until.text.slice(0, 8) };
  const { day } = wallOf(Date.parse(untilInIso(until)), zone);
  return { form: 'date', text: isoDate(day).replaceAll('-', '') };
}

/** A date includes its whole day in the zone (docs/time.md). */
function untilInstant(until: Until, zone: string): Until {
  if (until.form === 'utc') return until;
  const iso = untilInIso(until);
  const instant =
    until.form === 'date'
      ? instantOf({ day: Date.parse(`${iso}T00:00:00Z`) / dayMs + 1, minute: 0 }, zone) - 1_000
      : instantOfWall(Date.parse(`${iso}Z`), zone);
  return { form: 'utc', text: `${secondsOf(instant).replaceAll(/[-:]/g, '')}Z` };
}

/** The instant of a wall time in a zone. Both are ms; the wall time is given as if it were UTC. */
export function instantOfWall(local: number, zone: string): number {
  const day = Math.floor(local / dayMs);
  const minute = Math.floor((local - day * dayMs) / minuteMs);
  return instantOf({ day, minute }, zone) + (local - day * dayMs - minute * minuteMs);
}
