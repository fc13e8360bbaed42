import { addUnits, isUsable, type Day } from '@rondo/time/calendar';
import type { Found } from '../clauses/clause.ts';
import { accept, firstOf, isOf, type ClauseOf, type Clauses } from '../clauses/clauses.ts';
import { nextMoment, type ResolveContext } from './due.ts';
import type { Due, Interpretation } from './interpretation.ts';
import { isWithinDay, type Rule } from '@rondo/recurrence/rule';
import { dayAt, dayOfWall, instantOf, minuteOfWall, wallAt, wallOf } from '@rondo/time/wall-clock';

/** Resolves the end of a recurrence: "until 1 Mar", "for 5 weeks", "10 times". An end before the first occurrence is not accepted. */
export function resolveEnd(interpretation: Interpretation, clauses: Clauses, context: ResolveContext): void {
  const { rule, due, zone } = interpretation;
  if (!rule || !due) return;
  const first = dayOfDue(due, zone);
  // "the next 3 mondays" have an end.
  if (firstOf(clauses, 'rule')?.clause.count !== undefined && interpretation.until !== undefined) {
    clauses.accepted.clear();
    return;
  }
  const moment = 'instant' in due ? endMoment(interpretation, due.instant, clauses, context) : undefined;
  if (moment !== undefined) {
    interpretation.until = { instant: moment };
    return;
  }
  // The days of "every week, monday to friday" are no end.
  const areWeekdays = rule.byDay.length > 0 && firstOf(clauses, 'days')?.clause.first.isWeekday;
  const end = areWeekdays ? undefined : endOf(clauses, first);
  if (end !== undefined) {
    interpretation.until = { day: end };
    return;
  }
  if (interpretation.until !== undefined) {
    // "every day this week" in a week without another day of it.
    if ('day' in interpretation.until && interpretation.until.day < first) clauses.accepted.clear();
    return;
  }
  const length = firstOf(clauses, 'length')?.clause;
  const last = length && addUnits(first, length.count, length.unit) - 1;
  if (last !== undefined && isUsable(last)) {
    accept(clauses, 'length');
    interpretation.until = { day: last };
    return;
  }
  const count = firstOf(clauses, 'rule')?.clause.count ?? accept(clauses, 'count')?.count;
  if (count !== undefined) interpretation.count = count;
}

/** The time in "every hour until 5pm" and "every hour until friday at 5pm". */
export function endClock(clauses: Clauses, rule: Rule): Found<ClauseOf<'clock'>> | undefined {
  if (!isWithinDay(rule)) return undefined;
  const until = firstOf(clauses, 'until');
  return clauses.found
    .filter((one) => isOf(one, 'clock'))
    .find(({ clause, first }) => clause.limit === 'until' || first === until?.next);
}

/** The last moment of a recurrence of hours or minutes, if the words name one: the next such time, or that of a day. */
function endMoment(
  { rule, zone }: Interpretation,
  first: number,
  clauses: Clauses,
  { now }: ResolveContext,
): number | undefined {
  const clock = rule && endClock(clauses, rule);
  const until = firstOf(clauses, 'until');
  const isWithin = rule !== undefined && isWithinDay(rule);
  const exact = isWithin ? until?.clause.day.instant : undefined;
  const minute = clock?.clause.clock.minute ?? (isWithin ? until?.clause.day.minute : undefined);
  if (exact === undefined && minute === undefined) return undefined;
  const hasStart = [...clauses.accepted].some((one) => isOf(one, 'day') || isOf(one, 'clock'));
  const isBesideDay = until !== undefined && (clock === undefined || clock.first === until.next);
  const named = isBesideDay ? until.clause.day : undefined;
  const day = named?.from ? named.from(dayAt(first, zone)) : named?.day;
  const end =
    exact ??
    (day === undefined
      ? nextMoment(minute ?? 0, hasStart ? first : now, zone)
      : instantOf(wallAt(day, minute ?? 0), zone));
  if (end < first || !isUsable(dayAt(end, zone))) return undefined;
  if (until && (exact !== undefined || isBesideDay)) accept(clauses, 'until');
  if (clock) clauses.accepted.add(clock);
  return end;
}

/** The last day that "until" or a range of days names. One without a year is the first such date after the first occurrence. */
function endOf(clauses: Clauses, first: Day): Day | undefined {
  const until = firstOf(clauses, 'until');
  const range = firstOf(clauses, 'days');
  const named = until?.clause.day ?? range?.clause.last;
  const end = named?.from ? named.from(first) : named?.day;
  if (named === undefined || end === undefined || end < first) {
    // Half of a range is none.
    if (range) clauses.accepted.delete(range);
    return undefined;
  }
  if (until) accept(clauses, 'until');
  return until?.clause.isThrough ? (named.last?.(end) ?? end) : end;
}

const dayMinutes = 1_440;
const minuteMs = 60_000;
const maxDays = 9_999;

/** Resolves the length of a task: days if it is due on a day, minutes if it is due at a time. */
export function resolveLength(interpretation: Interpretation, clauses: Clauses): void {
  const { due, rule, zone } = interpretation;
  if (due === undefined) return;
  const range = rule ? undefined : firstOf(clauses, 'days');
  if (range && clauses.accepted.has(range) && 'day' in due) {
    const { last } = range.clause;
    const days = ((last.from ? last.from(due.day) : last.day) ?? due.day) - due.day + 1;
    if (days >= 1 && days <= maxDays) interpretation.days = days;
    else clauses.accepted.delete(range);
    return;
  }
  const moments = firstOf(clauses, 'moments');
  if (moments && clauses.accepted.has(moments) && 'instant' in due) {
    const { day, minute } = moments.clause.last;
    const lastDay = (day.from ? day.from(dayOfDue(due, zone)) : day.day) ?? day.day;
    const length = (instantOf(wallAt(lastDay, minute), zone) - due.instant) / minuteMs;
    if (length > 0 && length <= maxDays * 60) interpretation.minutes = length;
    else clauses.accepted.delete(moments);
    return;
  }
  const length = rule ? undefined : firstOf(clauses, 'length')?.clause;
  if ('day' in due) {
    const days = length && addUnits(due.day, length.count, length.unit) - due.day;
    if (days === undefined || days > maxDays || !isUsable(due.day + days)) return;
    accept(clauses, 'length');
    interpretation.days = days;
    return;
  }
  const clock = firstOf(clauses, 'clock');
  const rangeMinutes = clock && clauses.accepted.has(clock) ? clock.clause.minutes : undefined;
  const hours = rangeMinutes && elapsedMinutes(due.instant, rangeMinutes, zone);
  const duration = firstOf(clauses, 'duration')?.clause.minutes;
  const daysLong =
    length?.unit === 'day' ? length.count : length?.unit === 'week' ? length.count * 7 : undefined;
  const minutes = hours ?? duration ?? (daysLong && daysLong * dayMinutes);
  const isLong = rule && isWithinDay(rule) && minutes !== undefined && minutes >= stepOf(rule);
  if (minutes === undefined || minutes > maxDays * 60 || isLong) return;
  if (!isUsable(dayAt(due.instant + minutes * minuteMs, zone))) return;
  if (hours === undefined) accept(clauses, duration === undefined ? 'length' : 'duration');
  interpretation.minutes = minutes;
}

/** The minutes from one occurrence to the next one, of a rule within a day. */
function stepOf({ frequency, interval }: Rule): number {
  return interval * (frequency === 'HOURLY' ? 60 : 1);
}

/** The elapsed minutes of a range: "1am to 4am" ends when the clock shows 4, even if it changes in that night. */
function elapsedMinutes(instant: number, minutes: number, zone: string): number {
  const wall = wallOf(instant, zone);
  const end = minuteOfWall(wall) + minutes;
  const day = dayOfWall(wall) + Math.floor(end / dayMinutes);
  const elapsed = (instantOf(wallAt(day, end % dayMinutes), zone) - instant) / minuteMs;
  return elapsed > 0 ? elapsed : minutes;
}

function dayOfDue(due: Due, zone: string): Day {
  return 'day' in due ? due.day : dayAt(due.instant, zone);
}
