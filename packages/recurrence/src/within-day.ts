import { civilOf, dayOf, lastYear, modulo, type Day } from '@rondo/time/calendar';
import { dayMs, hourMs, minuteMs, secondMs } from '@rondo/time/units';
import { wallAt, type Wall } from '@rondo/time/wall-clock';
import { isAllowedDay, isAllowedYearDay, setPositions } from './day-filters.ts';
import { greatestCommonDivisor } from './greatest-common-divisor.ts';
import type { Rule } from './rule.ts';
import type { StepBudget } from './step-budget.ts';

const end = wallAt(dayOf(lastYear + 1, 1, 1));

/** The Gregorian calendar repeats after 400 years, weekdays included. */
const calendarCycleMs = 146_097 * dayMs;

/** A jump looks at a day and at times of it. */
const stepsOfJump = 2;

const units = { HOURLY: hourMs, MINUTELY: minuteMs, SECONDLY: secondMs };

/**
 * The wall times of a rule that repeats within the day: HOURLY, MINUTELY, SECONDLY. The arithmetic is on the wall clock, as
 * if it were UTC, so that clock changes have no effect on it. Months, days, hours and minutes that the rule doesn't allow
 * are jumped over, each in one step.
 * @throws RuleError if the budget is used up
 */
export function* wallTimesWithinDay(
  rule: Rule,
  { anchor, from, budget }: { anchor: Wall; from: Wall; budget: StepBudget },
): Generator<Wall> {
  const unit = units[rule.frequency as keyof typeof units];
  const step = unit * rule.interval;
  const origin = Math.floor(anchor / unit) * unit;
  const members = membersOfPeriod(rule, anchor);
  if (members.length === 0 || !reachesTimeOfDay(rule, { unit, step, origin })) return;
  // Modulo both the step and the calendar, nothing new comes after this.
  const cycle = (calendarCycleMs / greatestCommonDivisor(calendarCycleMs, step)) * step;
  const nextAllowed = allowedTimes(rule, unit);
  const earliest = Math.max(anchor, from);
  let index = Math.max(0, Math.floor((earliest - origin) / step));
  let lastMatch = origin + index * step;
  for (;;) {
    const start = origin + index * step;
    if (start >= end || start - lastMatch > cycle) return;
    const next = nextAllowed(start);
    if (next > start) {
      budget.spend(stepsOfJump);
      index = Math.max(index + 1, Math.ceil((next - origin) / step));
      continue;
    }
    budget.spend(1 + members.length);
    for (const offset of members) if (start + offset >= earliest) yield start + offset;
    lastMatch = start;
    index += 1;
  }
}

/**
 * The times in an hour, minute or second, as offsets from its start: those of BYMINUTE and BYSECOND, or of the anchor for
 * absent parts, of which BYSETPOS selects some.
 */
function membersOfPeriod(rule: Rule, anchor: Wall): number[] {
  const { byMinute: minutes, bySecond: seconds, bySetPosition: positions } = rule;
  const ofMinutes = minutes.length > 0 ? minutes : [Math.floor(modulo(anchor, hourMs) / minuteMs)];
  const ofSeconds = seconds.length > 0 ? seconds : [Math.floor(modulo(anchor, minuteMs) / secondMs)];
  const inMinute = ofSeconds.map((second) => second * secondMs);
  const members = {
    HOURLY: () => ofMinutes.flatMap((minute) => inMinute.map((second) => minute * minuteMs + second)),
    MINUTELY: () => inMinute,
    SECONDLY: () => [0],
  }[rule.frequency as keyof typeof units]();
  if (positions.length === 0) return members;
  return setPositions(positions, members.length).map((position) => members[position] ?? 0);
}

/**
 * A function that finds the first time, from a start of a period on, that the BY parts allow: the time itself, or the start
 * of the next month, day, hour, minute or second that may be allowed.
 */
function allowedTimes(rule: Rule, unit: number): (time: Wall) => Wall {
  let known = { day: Number.NaN, next: 0 };
  const parts: [length: number, values: number[]][] = [
    [hourMs, rule.byHour],
    [minuteMs, rule.byMinute],
    [secondMs, rule.bySecond],
  ];
  const ofPeriod = parts.filter(([length]) => length >= unit);
  const limits = ofPeriod.some(([, values]) => values.length > 0) ? ofPeriod : [];
  return (time) => {
    const day = Math.floor(time / dayMs);
    if (day !== known.day) known = { day, next: nextAllowedDay(rule, day) };
    if (known.next > day) return known.next * dayMs;
    let [start, longer] = [day * dayMs, dayMs];
    for (const [length, values] of limits) {
      const value = Math.floor((time - start) / length);
      const next = values.length === 0 ? value : values.find((allowed) => allowed >= value);
      if (next === undefined) return start + longer;
      if (next > value) return start + next * length;
      start += value * length;
      longer = length;
    }
    return time;
  };
}

/** The day itself if it is allowed, else the next one that may be. */
function nextAllowedDay(rule: Rule, day: Day): Day {
  const { year, month } = civilOf(day);
  if (rule.byMonth.length > 0 && !rule.byMonth.includes(month)) return dayOf(year, month + 1, 1);
  return isAllowedDay(rule, day) && isAllowedYearDay(rule, day) ? day : day + 1;
}

/** Whether the periods from the origin on ever reach a time of day that the BY parts allow, on whatever day; exact. */
function reachesTimeOfDay(
  { byHour: hours, byMinute: minutes, bySecond: seconds }: Rule,
  { unit, step, origin }: { unit: number; step: number; origin: Wall },
): boolean {
  // Modulo a day, the steps reach all times whose distance is a multiple of the greatest common divisor.
  const common = greatestCommonDivisor(dayMs, step);
  const remainder = modulo(origin, common);
  const all = (values: number[], count: number) =>
    values.length > 0 ? values : Array.from({ length: count }, (_, value) => value);
  const allMinutes = unit > minuteMs ? [0] : all(minutes, 60);
  const allSeconds = unit > secondMs ? [0] : all(seconds, 60);
  return all(hours, 24).some((hour) =>
    allMinutes.some((minute) =>
      allSeconds.some(
        (second) => (hour * hourMs + minute * minuteMs + second * secondMs) % common === remainder,
      ),
    ),
  );
}
