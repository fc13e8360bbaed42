import { RRuleTemporal } from 'rrule-temporal';
import { Temporal } from 'temporal-polyfill';
import { dayOf, lastYear, modulo } from '@rondo/time/calendar';
import { dayMs, hourMs, minuteMs, secondMs } from '@rondo/time/units';
import { wallAt, type Wall } from '@rondo/time/wall-clock';
import { isAllowedDay, isAllowedYearDay, setPositions } from './day-filters.ts';
import { RuleError } from './rule-error.ts';
import { ruleText, type Rule } from './rule.ts';

const end = wallAt(dayOf(lastYear + 1, 1, 1));

/** The days after which the Gregorian calendar repeats, weekdays included: 400 years. */
const calendarCycleDays = 146_097;

/** After this number of steps without a match the library gives up: half a second at worst. */
const maxIterations = 10_000;

/**
 * The wall times of a rule that repeats within the day (HOURLY, MINUTELY, SECONDLY), computed by rrule-temporal. The
 * library gets a UTC clock, so that clock changes have no effect on its arithmetic.
 * @throws RuleError if the matches are too far apart to be found
 */
export function* wallTimesWithinDay(rule: Rule, anchor: Wall, from: Wall): Generator<Wall> {
  // For a rule that never matches the library would search up to its limit.
  if (!canMatch(rule, anchor)) return;
  const library = new RRuleTemporal({
    rruleString: ruleText({ ...rule, count: null, until: null }),
    dtstart: zonedUtc(anchor),
    temporal: Temporal,
    maxIterations,
    cache: false,
  });
  let next = nextOf(library, Math.max(anchor, from), true);
  while (next !== null && next < end) {
    yield next;
    next = nextOf(library, next, false);
  }
}

function nextOf(library: RRuleTemporal, after: Wall, inclusive: boolean): Wall | null {
  try {
    return library.next(zonedUtc(after), inclusive)?.epochMilliseconds ?? null;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error.message.startsWith('Maximum '))
      throw new RuleError('the rule matches too rarely to be computed', 0);
    if (error.message.startsWith('Out-of-bounds')) return null;
    throw error;
  }
}

function zonedUtc(wall: Wall): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(wall).toZonedDateTimeISO('UTC');
}

/**
 * Whether the rule matches at any time; exact. Modulo the cycle of the calendar, the steps from the anchor reach all
 * times whose distance is a multiple of the greatest common divisor of step and cycle.
 */
function canMatch(rule: Rule, anchor: Wall): boolean {
  const unit = { HOURLY: hourMs, MINUTELY: minuteMs, SECONDLY: secondMs }[rule.frequency as 'HOURLY'];
  if (rule.bySetPosition.length > 0 && setPositions(rule.bySetPosition, sizeOf(rule)).length === 0)
    return false;
  const common = greatestCommonDivisor(calendarCycleDays * dayMs, unit * rule.interval);
  const start = Math.floor(anchor / unit) * unit;
  const times = new Set(allowedTimes(rule, unit).map((time) => time % common));
  for (let day = 0; day < calendarCycleDays; day += 1) {
    if (!times.has(modulo(start - day * dayMs, common))) continue;
    if (isAllowedDay(rule, day) && isAllowedYearDay(rule, day)) return true;
  }
  return false;
}

/** The number of members of a period, from which BYSETPOS selects. */
function sizeOf({ frequency, byMinute: minutes, bySecond: seconds }: Rule): number {
  if (frequency === 'SECONDLY') return 1;
  const inMinute = Math.max(1, seconds.length);
  return frequency === 'MINUTELY' ? inMinute : inMinute * Math.max(1, minutes.length);
}

/** The starts of hours, minutes or seconds of a day that match the BY parts of the unit of the rule and longer ones. */
function allowedTimes(rule: Rule, unit: number): number[] {
  const { byHour: hours, byMinute: minutes, bySecond: seconds } = rule;
  const isIn = (values: number[], value: number) => values.length === 0 || values.includes(value);
  return Array.from({ length: dayMs / unit }, (_, index) => index * unit).filter(
    (time) =>
      isIn(hours, Math.floor(time / hourMs)) &&
      (unit > minuteMs || isIn(minutes, Math.floor(time / minuteMs) % 60)) &&
      (unit > secondMs || isIn(seconds, Math.floor(time / secondMs) % 60)),
  );
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
