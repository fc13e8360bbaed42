import { addUnits, isUsable, type Day } from '@rondo/time/calendar';
import { firstOf, take, type Heard } from '../clauses/clauses.ts';
import type { Due, Meaning } from './interpretation.ts';
import { instantOf, wallOf } from '@rondo/time/wall-clock';

/** When a recurrence ends: "until 1 Mar", "for 5 weeks", "10 times". Words that would end it before it begins are not taken. */
export function settleEnd(meaning: Meaning, heard: Heard): void {
  const { rule, due, zone } = meaning;
  if (!rule || !due) return;
  const first = dayOfDue(due, zone);
  const until = firstOf(heard, 'until')?.clause.day;
  // A date without a year is the first one after the beginning.
  const end = until?.from ? until.from(first) : until?.day;
  if (end !== undefined && end >= first) {
    take(heard, 'until');
    meaning.until = end;
    return;
  }
  const length = firstOf(heard, 'length')?.clause;
  const last = length && addUnits(first, length.count, length.unit) - 1;
  if (last !== undefined && isUsable(last)) {
    take(heard, 'length');
    meaning.until = last;
    return;
  }
  const count = take(heard, 'count')?.count;
  if (count !== undefined) meaning.count = count;
}

const dayMinutes = 1_440;
const minuteMs = 60_000;
const mostDays = 9_999;

/** How long a task takes: whole days where it is due on a day, minutes where it is due at a time. */
export function settleLength(meaning: Meaning, heard: Heard): void {
  const { due, rule, zone } = meaning;
  if (due === undefined) return;
  const length = rule ? undefined : firstOf(heard, 'length')?.clause;
  if ('day' in due) {
    const days = length && addUnits(due.day, length.count, length.unit) - due.day;
    if (days === undefined || days > mostDays || !isUsable(due.day + days)) return;
    take(heard, 'length');
    meaning.days = days;
    return;
  }
  const clock = firstOf(heard, 'clock');
  const apart = clock && heard.accepted.has(clock) ? clock.clause.minutes : undefined;
  const range = apart && minutesOnTheClock(due.instant, apart, zone);
  const duration = firstOf(heard, 'duration')?.clause.minutes;
  const daysLong =
    length?.unit === 'day' ? length.count : length?.unit === 'week' ? length.count * 7 : undefined;
  const minutes = range ?? duration ?? (daysLong && daysLong * dayMinutes);
  if (minutes === undefined || minutes > mostDays * 60) return;
  if (!isUsable(wallOf(due.instant + minutes * minuteMs, zone).day)) return;
  if (range === undefined) take(heard, duration === undefined ? 'length' : 'duration');
  meaning.minutes = minutes;
}

/** "1am to 4am" ends when the clock shows 4, also in a night when it changes. */
function minutesOnTheClock(instant: number, minutes: number, zone: string): number {
  const wall = wallOf(instant, zone);
  const end = wall.minute + minutes;
  const day = wall.day + Math.floor(end / dayMinutes);
  const passing = (instantOf({ day, minute: end % dayMinutes }, zone) - instant) / minuteMs;
  return passing > 0 ? passing : minutes;
}

function dayOfDue(due: Due, zone: string): Day {
  return 'day' in due ? due.day : wallOf(due.instant, zone).day;
}
