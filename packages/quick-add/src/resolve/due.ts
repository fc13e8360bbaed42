import { isUsable, type Day } from '@rondo/time/calendar';
import type { Clause } from '../clauses/clause.ts';
import { dayParts, inPart } from '../words/clock.ts';
import type { NamedDay } from '../words/dates.ts';
import type { Due } from './interpretation.ts';
import { firstDayOf } from '@rondo/recurrence/first-day';
import type { Rule } from '@rondo/recurrence/rule';
import { dayAt, dayOfWall, instantOf, minuteOfWall, wallAt, wallOf } from '@rondo/time/wall-clock';

/** The clauses that say when a task is due, at most one of each kind. */
export type DueClauses = {
  day: NamedDay | undefined;
  clock: Extract<Clause, { is: 'clock' }> | undefined;
  part: Extract<Clause, { is: 'part' }> | undefined;
  rule: Extract<Clause, { is: 'rule' }> | undefined;
  /** In milliseconds. */
  instant: number | undefined;
};

export type ResolveContext = { now: number; zone: string };

const hourMs = 3_600_000;
const minuteMs = 60_000;

/** Whether the clauses give a time of day. A time zone only has a meaning then. */
export function isTimed({ day, clock, part, rule, instant }: DueClauses): boolean {
  return (
    (clock ?? part ?? instant ?? day?.minute ?? day?.instant ?? rule?.part) !== undefined ||
    day?.isTonight === true ||
    rule?.rule.frequency === 'HOURLY'
  );
}

/** Resolves when the task is due first. */
export function resolveDue(clauses: DueClauses, context: ResolveContext): Due | undefined {
  const instant = clauses.day?.instant ?? clauses.instant;
  const { rule } = clauses;
  if (rule?.rule.frequency === 'HOURLY') return hourly(clauses, rule.rule, context);
  if (instant !== undefined) return rule ? onDayOf(rule.rule, instant, context) : { instant };
  const minute = minuteOf(clauses, context);
  if (rule) return recurring(clauses, rule.rule, minute, context);
  if (clauses.day === undefined) return minute === undefined ? undefined : nextAt(minute, context);
  const day = effectiveDay(clauses.day, minute);
  return minute === undefined ? { day } : { instant: instantOf(wallAt(day, minute), context.zone) };
}

/** The minute of the day: the given time, moved into the given part of the day, or the default time of that part. */
function minuteOf({ day, clock, part, rule }: DueClauses, context: ResolveContext): number | undefined {
  const dayPart = part?.part ?? (day?.isTonight ? 'night' : undefined) ?? rule?.part;
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
  const day = dayAt(now, zone);
  const instant = instantOf(wallAt(day, minute), zone);
  return { instant: instant > now ? instant : instantOf(wallAt(day + 1, minute), zone) };
}

function recurring(
  clauses: DueClauses,
  rule: Rule,
  minute: number | undefined,
  context: ResolveContext,
): Due | undefined {
  const from =
    clauses.day === undefined ? dayAt(context.now, context.zone) : effectiveDay(clauses.day, minute);
  for (let day = firstDayOf(rule, from); day !== undefined; day = firstDayOf(rule, day + 1)) {
    if (minute === undefined) return { day };
    const instant = instantOf(wallAt(day, minute), context.zone);
    const hasPassed = clauses.day === undefined && instant <= context.now;
    // A zone may skip a whole day, as Apia did. The time then falls on the next day, which the rule may not match.
    if (!hasPassed && firstDayOf(rule, dayAt(instant, context.zone)) === dayAt(instant, context.zone))
      return { instant };
  }
  return undefined;
}

/** The exact moment if its day matches the rule, otherwise the same time on the next day that does. */
function onDayOf(rule: Rule, instant: number, { zone }: ResolveContext): Due | undefined {
  const wall = wallOf(instant, zone);
  const day = firstDayOf(rule, dayOfWall(wall));
  if (day === undefined) return undefined;
  return { instant: day === dayOfWall(wall) ? instant : instantOf(wallAt(day, minuteOfWall(wall)), zone) };
}

/** Hourly rules count from the given time, else from the morning of the given day, else from now. */
function hourly(clauses: DueClauses, { interval }: Rule, context: ResolveContext): Due | undefined {
  const instant = clauses.day?.instant ?? clauses.instant;
  if (instant !== undefined) return { instant };
  const minute = minuteOf(clauses, context) ?? (clauses.day ? dayParts.morning : undefined);
  if (clauses.day && minute !== undefined)
    return { instant: instantOf(wallAt(effectiveDay(clauses.day, minute), minute), context.zone) };
  if (minute !== undefined) return nextAt(minute, context);
  return { instant: Math.round((context.now + interval * hourMs) / minuteMs) * minuteMs };
}

/** Whether a due date is within the supported years. */
export function isUsableDue(due: Due, zone: string): boolean {
  return isUsable('day' in due ? due.day : dayAt(due.instant, zone));
}
