import { addUnits, isUsable, type Day } from '@rondo/time/calendar';
import { accept, firstOf, type Clauses } from '../clauses/clauses.ts';
import type { Due, Interpretation } from './interpretation.ts';
import { dayAt, dayOfWall, instantOf, minuteOfWall, wallAt, wallOf } from '@rondo/time/wall-clock';

/** Resolves the end of a recurrence: "until 1 Mar", "for 5 weeks", "10 times". An end before the first occurrence is not accepted. */
export function resolveEnd(interpretation: Interpretation, clauses: Clauses): void {
  const { rule, due, zone } = interpretation;
  if (!rule || !due) return;
  const first = dayOfDue(due, zone);
  const until = firstOf(clauses, 'until')?.clause.day;
  // A date without a year is the first such date after the first occurrence.
  const end = until?.from ? until.from(first) : until?.day;
  if (end !== undefined && end >= first) {
    accept(clauses, 'until');
    interpretation.until = end;
    return;
  }
  const length = firstOf(clauses, 'length')?.clause;
  const last = length && addUnits(first, length.count, length.unit) - 1;
  if (last !== undefined && isUsable(last)) {
    accept(clauses, 'length');
    interpretation.until = last;
    return;
  }
  const count = accept(clauses, 'count')?.count;
  if (count !== undefined) interpretation.count = count;
}

const dayMinutes = 1_440;
const minuteMs = 60_000;
const maxDays = 9_999;

/** Resolves the length of a task: days if it is due on a day, minutes if it is due at a time. */
export function resolveLength(interpretation: Interpretation, clauses: Clauses): void {
  const { due, rule, zone } = interpretation;
  if (due === undefined) return;
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
  const range = rangeMinutes && elapsedMinutes(due.instant, rangeMinutes, zone);
  const duration = firstOf(clauses, 'duration')?.clause.minutes;
  const daysLong =
    length?.unit === 'day' ? length.count : length?.unit === 'week' ? length.count * 7 : undefined;
  const minutes = range ?? duration ?? (daysLong && daysLong * dayMinutes);
  if (minutes === undefined || minutes > maxDays * 60) return;
  if (!isUsable(dayAt(due.instant + minutes * minuteMs, zone))) return;
  if (range === undefined) accept(clauses, duration === undefined ? 'length' : 'duration');
  interpretation.minutes = minutes;
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
