import { RRuleTemporal } from 'rrule-temporal';
import { Temporal } from 'temporal-polyfill';
import { dayNumber, isAllowedDay, lastYear, modulo, secondsOfDay } from '@rondo/time/recurrence-calendar';
import { setPositions } from './periods.ts';
import { ruleText } from './rule.ts';
import type { Rule } from './rule-parts.ts';
import { isAllowedYearDay } from './year.ts';
import { RuleError } from './rule-error.ts';

const end = dayNumber(lastYear + 1, 1, 1) * secondsOfDay;

/** The days after which the Gregorian calendar repeats, weekdays included: 400 years. */
const calendarCycle = 146_097;

/** After so many steps without a match the library gives up: half a second at worst. */
const maxIterations = 10_000;

/**
 * The wall-clock times of a rule that repeats within the day (HOURLY, MINUTELY, SECONDLY), by rrule-temporal. It is
 * given a UTC clock, so that no zone's clock changes get into the arithmetic.
 * @throws RuleError for a rule whose matches are too far apart to be found
 */
export function* wallTimesWithinDay(rule: Rule, anchor: number, from: number): Generator<number> {
  // The library looks for a match until it has had enough: it is asked only where there is one.
  if (!canMatch(rule, anchor)) return;
  const engine = new RRuleTemporal({
    rruleString: ruleText({ ...rule, count: null, until: null }),
    dtstart: zonedUtc(anchor),
    temporal: Temporal,
    maxIterations,
    cache: false,
  });
  let next = nextOf(engine, Math.max(anchor, from), true);
  while (next !== null && next < end) {
    yield next;
    next = nextOf(engine, next, false);
  }
}

function nextOf(engine: RRuleTemporal, after: number, inclusive: boolean): number | null {
  try {
    const next = engine.next(zonedUtc(after), inclusive);
    return next === null ? null : next.epochMilliseconds / 1_000;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error.message.startsWith('Maximum '))
      throw new RuleError('the rule matches too rarely to be followed', 0);
    if (error.message.startsWith('Out-of-bounds')) return null;
    throw error;
  }
}

function zonedUtc(second: number): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(second * 1_000).toZonedDateTimeISO('UTC');
}

/**
 * Whether the rule matches at all, and exactly so. Modulo the cycle of the calendar, the steps from the anchor reach
 * all times that are as far from it as a multiple of the greatest common divisor of step and cycle.
 */
function canMatch(rule: Rule, anchor: number): boolean {
  const unit = { HOURLY: 3_600, MINUTELY: 60, SECONDLY: 1 }[rule.frequency as 'HOURLY'];
  if (rule.by_set_position.length > 0 && setPositions(rule.by_set_position, sizeOf(rule)).length === 0)
    return false;
  const common = greatestCommonDivisor(calendarCycle * secondsOfDay, unit * rule.interval);
  const start = Math.floor(anchor / unit) * unit;
  const times = new Set(allowedTimes(rule, unit).map((time) => time % common));
  for (let day = 0; day < calendarCycle; day += 1) {
    if (!times.has(modulo(start - day * secondsOfDay, common))) continue;
    if (isAllowedDay(rule, day) && isAllowedYearDay(rule, day)) return true;
  }
  return false;
}

/** The members of a period, of which BYSETPOS takes some. */
function sizeOf({ frequency, by_minute: minutes, by_second: seconds }: Rule): number {
  if (frequency === 'SECONDLY') return 1;
  const inMinute = Math.max(1, seconds.length);
  return frequency === 'MINUTELY' ? inMinute : inMinute * Math.max(1, minutes.length);
}

/** The beginnings of hours, minutes or seconds of a day that the parts from the rule's own unit up allow. */
function allowedTimes(rule: Rule, unit: number): number[] {
  const { by_hour: hours, by_minute: minutes, by_second: seconds } = rule;
  const isIn = (values: number[], value: number) => values.length === 0 || values.includes(value);
  return Array.from({ length: secondsOfDay / unit }, (_, index) => index * unit).filter(
    (time) =>
      isIn(hours, Math.floor(time / 3_600)) &&
      (unit > 60 || isIn(minutes, Math.floor(time / 60) % 60)) &&
      (unit > 1 || isIn(seconds, time % 60)),
  );
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
