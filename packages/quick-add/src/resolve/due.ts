import { isUsable, type Day } from '@rondo/time/calendar';
import type { Clause } from '../clauses/clause.ts';
import { dayParts, inPart } from '../words/times/clock.ts';
import type { NamedDay } from '../words/days/dates.ts';
import type { Due } from './interpretation.ts';
import { firstDayOf } from '@rondo/recurrence/first-day';
import { isWithinDay, type Rule } from '@rondo/recurrence/rule';
import { dayAt, dayOfWall, instantOf, minuteOfWall, wallAt, wallOf } from '@rondo/time/wall-clock';

/** The clauses that say when a task is due, at most one of each kind. `rule` has its limits, `exdays` are days that it leaves out. */
export type DueClauses = {
  day: NamedDay | undefined;
  clock: Extract<Clause, { is: 'clock' }> | undefined;
  part: Extract<Clause, { is: 'part' }>['part'] | undefined;
  rule: Rule | undefined;
  exdays: Day[];
  /** In milliseconds. */
  instant: number | undefined;
};

export type ResolveContext = { now: number; zone: string };

const hourMs = 3_600_000;
const minuteMs = 60_000;

/** Whether the clauses give a time of day. A time zone only has a meaning then. */
export function isTimed({ day, clock, part, rule, instant }: DueClauses): boolean {
  return (
    (clock ?? part ?? instant ?? day?.minute ?? day?.instant) !== undefined ||
    day?.isTonight === true ||
    (rule !== undefined && (isWithinDay(rule) || rule.byHour.length > 0))
  );
}

/** Resolves when the task is due first. */
export function resolveDue(clauses: DueClauses, context: ResolveContext): Due | undefined {
  const instant = clauses.day?.instant ?? clauses.instant;
  const { rule } = clauses;
  if (rule && isWithinDay(rule)) return withinDay(clauses, rule, context);
  if (instant !== undefined) return rule ? onDayOf(rule, clauses.exdays, instant, context) : { instant };
  const minute = minuteOf(clauses, context);
  if (rule) return recurring(clauses, rule, minute, context);
  if (clauses.day === undefined) return minute === undefined ? undefined : nextAt(minute, context);
  const day = effectiveDay(clauses.day, minute);
  return minute === undefined ? { day } : { instant: instantOf(wallAt(day, minute), context.zone) };
}

/** The minute of the day: the given time in the given part of the day, or the default time of that part. */
function minuteOf({ day, clock, part }: DueClauses, context: ResolveContext): number | undefined {
  const dayPart = part ?? (day?.isTonight ? 'night' : undefined);
  if (clock) return (dayPart && inPart(clock.clock, dayPart)) ?? clock.clock.minute;
  if (day?.minute !== undefined || dayPart === undefined) return day?.minute;
  const minute = dayParts[dayPart];
  const isOver = day?.isTonight && instantOf(wallAt(day.day, minute), context.zone) <= context.now;
  return isOver ? undefined : minute;
}

/** For "today" at midnight and for "tonight" after midnight the day is tomorrow. */
function effectiveDay({ day, isToday, isTonight }: NamedDay, minute: number | undefined): Day {
  const isAfterMidnight = minute !== undefined && minute < (isTonight ? dayParts.morning / 2 : 1);
  return isToday && isAfterMidnight ? day + 1 : day;
}

/** The next moment with this time of day: today, or tomorrow if it has passed. */
function nextAt(minute: number, { now, zone }: ResolveContext): Due {
  return { instant: nextMoment(minute, now, zone) };
}

/** The first moment after another one at which the clock shows a minute of the day. */
export function nextMoment(minute: number, after: number, zone: string): number {
  const day = dayAt(after, zone);
  const instant = instantOf(wallAt(day, minute), zone);
  return instant > after ? instant : instantOf(wallAt(day + 1, minute), zone);
}

function recurring(
  clauses: DueClauses,
  rule: Rule,
  minute: number | undefined,
  context: ResolveContext,
): Due | undefined {
  const from =
    clauses.day === undefined ? dayAt(context.now, context.zone) : effectiveDay(clauses.day, minute);
  const days = { ...rule, byHour: [], byMinute: [] };
  const minutes = minute === undefined ? timesOf(rule) : [minute];
  for (let day = firstDayOf(days, from); day !== undefined; day = firstDayOf(days, day + 1)) {
    if (clauses.exdays.includes(day)) continue;
    if (minutes.length === 0) return { day };
    for (const time of minutes) {
      const instant = instantOf(wallAt(day, time), context.zone);
      const hasPassed = clauses.day === undefined && instant <= context.now;
      // A zone may skip a whole day, as Apia did. The time then falls on the next day, which the rule may not match.
      if (!hasPassed && firstDayOf(days, dayAt(instant, context.zone)) === dayAt(instant, context.zone))
        return { instant };
    }
  }
  return undefined;
}

/** The times of day of a rule, in minutes. */
function timesOf({ byHour, byMinute }: Rule): number[] {
  return byHour.map((hour) => hour * 60 + (byMinute[0] ?? 0));
}

/** The exact moment if its day matches the rule, otherwise the same time on the next day that does. */
function onDayOf(rule: Rule, exdays: Day[], instant: number, { zone }: ResolveContext): Due | undefined {
  const wall = wallOf(instant, zone);
  let day = firstDayOf(rule, dayOfWall(wall));
  while (day !== undefined && exdays.includes(day)) day = firstDayOf(rule, day + 1);
  if (day === undefined) return undefined;
  return { instant: day === dayOfWall(wall) ? instant : instantOf(wallAt(day, minuteOfWall(wall)), zone) };
}

/** Rules of hours and minutes count from the given time, else from the morning of the given day, else from now. */
function withinDay(
  clauses: DueClauses,
  { frequency, interval }: Rule,
  context: ResolveContext,
): Due | undefined {
  const instant = clauses.day?.instant ?? clauses.instant;
  if (instant !== undefined) return { instant };
  const named = minuteOf(clauses, context);
  const minute = named ?? dayParts.morning;
  const morning = clauses.day && instantOf(wallAt(effectiveDay(clauses.day, minute), minute), context.zone);
  // "starting today" in the afternoon isn't this morning.
  if (morning !== undefined && (named !== undefined || morning > context.now)) return { instant: morning };
  if (named !== undefined) return nextAt(named, context);
  const unitMs = frequency === 'HOURLY' ? hourMs : minuteMs;
  const wait = clauses.day?.isNow ? 0 : interval * unitMs;
  return { instant: Math.round((context.now + wait) / minuteMs) * minuteMs };
}

/** Whether a due date is within the supported years. */
export function isUsableDue(due: Due, zone: string): boolean {
  return isUsable('day' in due ? due.day : dayAt(due.instant, zone));
}
