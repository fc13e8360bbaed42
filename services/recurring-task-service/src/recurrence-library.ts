import { RRuleTemporal } from 'rrule-temporal';
import { Temporal } from 'temporal-polyfill';
import { dayNumber, isAllowedDay, lastYear, modulo, secondsOfDay } from './recurrence-calendar.ts';
import { ruleText, type Rule } from './recurrence-rule.ts';
import { isAllowedYearDay } from './recurrence-year.ts';
import type { WallSeries } from './recurrence-walls.ts';

const end = dayNumber(lastYear + 1, 1, 1) * secondsOfDay;

/** The days after which the Gregorian calendar repeats, weekdays included: 400 years. */
const calendarCycle = 146_097;

/**
 * The wall-clock times of a rule that repeats within the day (HOURLY, MINUTELY, SECONDLY), by rrule-temporal. It is
 * given a UTC clock, so that no zone's clock changes get into the arithmetic.
 */
export function* wallTimesWithinDay({ rule, anchor }: WallSeries, from: number): Generator<number> {
  // The library looks for a match until it has had enough, and then throws: it is asked only what has an answer.
  if (!canMatchTime(rule, anchor) || !canMatchDay(rule)) return;
  const engine = new RRuleTemporal({
    rruleString: ruleText({ ...rule, count: null, until: null }),
    dtstart: zonedUtc(anchor),
    temporal: Temporal,
    maxIterations: 100_000,
    cache: false,
  });
  let next = nextOf(engine, Math.max(anchor, from), true);
  while (next !== null && next < end) {
    yield next;
    next = nextOf(engine, next, false);
  }
}

/** The next time of the library's rule; none where it gives up or leaves the calendar. */
function nextOf(engine: RRuleTemporal, after: number, inclusive: boolean): number | null {
  try {
    const next = engine.next(zonedUtc(after), inclusive);
    return next === null ? null : next.epochMilliseconds / 1_000;
  } catch (error) {
    if (error instanceof Error && /^Maximum |Out-of-bounds/.test(error.message)) return null;
    throw error;
  }
}

function zonedUtc(second: number): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(second * 1_000).toZonedDateTimeISO('UTC');
}

/** Whether any step from the anchor lands on an hour, minute and second that the rule allows, were every day allowed. */
function canMatchTime(rule: Rule, anchor: number): boolean {
  const unit = { HOURLY: 3_600, MINUTELY: 60, SECONDLY: 1 }[rule.frequency as 'HOURLY'];
  const common = greatestCommonDivisor(unit * rule.interval, secondsOfDay);
  const start = Math.floor(anchor / unit) * unit;
  for (let time = modulo(start, common); time < secondsOfDay; time += common) {
    const { by_hour: hours, by_minute: minutes, by_second: seconds } = rule;
    const isHour = hours.length === 0 || hours.includes(Math.floor(time / 3_600));
    const isMinute = unit === 3_600 || minutes.length === 0 || minutes.includes(Math.floor(time / 60) % 60);
    const isSecond = unit !== 1 || seconds.length === 0 || seconds.includes(time % 60);
    if (isHour && isMinute && isSecond) return true;
  }
  return false;
}

function canMatchDay(rule: Rule): boolean {
  for (let day = 0; day < calendarCycle; day += 1)
    if (isAllowedDay(rule, day) && isAllowedYearDay(rule, day)) return true;
  return false;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
