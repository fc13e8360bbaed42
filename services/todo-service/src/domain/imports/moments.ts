import { instantOfText, isPlain, rfc3339, wallOfText } from '@rondo/time/iso-8601';
import { isoDate } from '@rondo/time/calendar';
import { hourMs } from '@rondo/time/units';
import { dayAt, instantOf, wallAt } from '@rondo/time/wall-clock';
import type { Reminder } from '@rondo/shared/contracts/task';
import { durationText } from '../duration-text.ts';

/** A date of a task: an instant in milliseconds, on the clock of a zone. */
export type Moment = { instant: number; zone: string; isAllDay: boolean };

/** The years that a task can have: 1001 to 9998. */
const [earliest, latest] = [Date.UTC(1001, 0, 2), Date.UTC(9998, 11, 30)];
/** Reminders of an all-day task count from 9:00 of its day. */
const allDayMs = 9 * hourMs;

/** Whether a task can have this instant. Some apps write the year 1 for "none". */
export function isUsable(instant: number): boolean {
  return instant >= earliest && instant <= latest;
}

/** Reads a date and time (ISO 8601) with an offset, or without one in a zone; undefined if it is none. */
export function instantOfDateTime(text: string, zone: string): number | undefined {
  const plain = text.trim().replace(' ', 'T');
  try {
    const instant = isPlain(plain) ? instantOf(wallOfText(plain), zone) : instantOfText(plain);
    return isUsable(instant) ? instant : undefined;
  } catch {
    return undefined;
  }
}

/** A date, or a date and time with the offset of its zone, as a task has it. */
export function dateText({ instant, zone, isAllDay }: Moment): string {
  return isAllDay ? isoDate(dayAt(instant, zone)) : rfc3339(instant, zone);
}

/** When a task was created or completed, if that is between 1970 and now. */
export function pastInstant(instant: number | undefined, now: Date): string | null {
  return instant !== undefined && instant > 0 && instant <= now.getTime()
    ? new Date(instant).toISOString()
    : null;
}

/** A reminder at an instant: before the due date if it can be, so that it moves with the date. */
export function reminderAt(instant: number, due: Moment | undefined): Reminder | undefined {
  if (!isUsable(instant)) return undefined;
  const dueInstant = due && (due.isAllDay ? midnightOf(due) + allDayMs : due.instant);
  const before = dueInstant === undefined ? -1 : dueInstant - instant;
  return before >= 0 && before <= maxBefore
    ? { before: durationText(before) }
    : { at: new Date(instant).toISOString() };
}

/** Ten years. */
const maxBefore = 10 * 366 * 24 * hourMs;

/** When the day of a date begins. */
export function midnightOf({ instant, zone }: Moment): number {
  return instantOf(wallAt(dayAt(instant, zone)), zone);
}
