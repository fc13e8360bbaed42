import { civilOf, isoWeekday, type Day } from '@rondo/time/calendar';
import { clockText, dayOfDate } from '@rondo/time/iso-8601';
import { dayOfWall, minuteOfWall, wallOf } from '@rondo/time/wall-clock';
import { isTimeZone } from '@rondo/time/zone';

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * A date, or an instant in the local time of a zone, as text: `Sat, 21 Nov 2026, 09:00`. If the zone is null or unknown to
 * this runtime, an instant keeps the offset that it was written with.
 */
export function describeDue(due: string, zone: string | null): string {
  if (due.length === 10) return describeDay(dayAsWritten(due));
  if (zone === null || !isTimeZone(zone)) return `${describeDay(dayAsWritten(due))}, ${clockAsWritten(due)}`;
  const wall = wallOf(Date.parse(due), zone);
  return `${describeDay(dayOfWall(wall))}, ${clockText(minuteOfWall(wall))}`;
}

/** The date part of an RFC 3339 text. */
export function dayAsWritten(date: string): Day {
  return dayOfDate(date.slice(0, 10), 'UTC');
}

export function describeDay(day: Day): string {
  const { year, month, date } = civilOf(day);
  return `${weekdays[isoWeekday(day) - 1]}, ${date} ${months[month - 1]} ${year}`;
}

function clockAsWritten(instant: string): string {
  const offset = /(Z|[+-]\d\d:\d\d)$/i.exec(instant)?.[0] ?? '';
  return `${instant.slice(11, 16)} ${offset.toUpperCase() === 'Z' ? 'UTC' : offset}`;
}
