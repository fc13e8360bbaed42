import { daysInMonth, dayOf, isoDate, modulo, twoDigits, type Day } from './calendar.ts';
import { dayMs, hourMs, minuteMs, secondMs } from './units.ts';
import { dayAt, dayOfWall, instantOf, wallAt, wallOf, type Wall } from './wall-clock.ts';
import type { ZoneLike } from './zone.ts';

/** `YYYY-MM-DDTHH:MM:SS` of a wall time from the year 1000 on. Fractions of a second are cut. */
export function wallText(wall: Wall): string {
  const second = Math.floor(modulo(wall, dayMs) / secondMs);
  const [hour, minute] = [Math.floor(second / 3_600), Math.floor(second / 60) % 60];
  return `${isoDate(dayOfWall(wall))}T${twoDigits[hour]}:${twoDigits[minute]}:${twoDigits[second % 60]}`;
}

/** `HH:MM` of a minute of the day. */
export function clockText(minute: number): string {
  return `${twoDigits[Math.floor(minute / 60)]}:${twoDigits[minute % 60]}`;
}

/**
 * RFC 3339 with the offset of the zone, to the second. An instant whose offset has seconds is written in UTC: RFC 3339
 * can't express such an offset (there are none since 1973).
 * @param zone null writes `Z`, the name `UTC` writes `+00:00`
 */
export function rfc3339(instant: number, zone: ZoneLike): string {
  if (zone === null) return `${wallText(instant)}Z`;
  const wall = wallOf(instant, zone);
  const offset = wall - instant;
  if (offset % minuteMs !== 0) return `${wallText(instant)}Z`;
  return `${wallText(wall)}${offset < 0 ? '-' : '+'}${clockText(Math.abs(offset) / minuteMs)}`;
}

const plainForm = /^([1-9]\d{3})-(\d\d)-(\d\d)(?:[Tt](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?$/;
const instantForm = /^(.{16,})(?:[Zz]|([+-])(\d\d):?(\d\d))$/;

/** Whether a text has the form of a plain date or date-time, without an offset. */
export function isPlain(text: string): boolean {
  return plainForm.test(text);
}

/**
 * The wall time of a plain date-time, or of the midnight of a plain date, to the second. Second 60 is read as 59.
 * @throws RangeError for another text, and for years before 1000
 */
export function wallOfText(text: string): Wall {
  const [, year, month, date, hour = '0', minute = '0', second = '0'] = plainForm.exec(text) ?? [];
  const day = dayOf(Number(year), Number(month), Number(date));
  const isDate =
    Number(month) >= 1 &&
    Number(month) <= 12 &&
    Number(date) >= 1 &&
    Number(date) <= daysInMonth(Number(year), Number(month));
  if (!isDate || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60)
    throw new RangeError(`"${text}" is not a plain date or date-time`);
  return wallAt(day, Number(hour) * 60 + Number(minute)) + Math.min(Number(second), 59) * secondMs;
}

/**
 * The instant of an RFC 3339 date-time with an offset, to the second. Second 60 is read as 59.
 * @throws RangeError for another text
 */
export function instantOfText(text: string): number {
  const [, plain = '', sign, hours = '0', minutes = '0'] = instantForm.exec(text) ?? [];
  if (plain === '' || Number(hours) > 23 || Number(minutes) > 59)
    throw new RangeError(`"${text}" is not a date-time with an offset`);
  const offset = Number(hours) * hourMs + Number(minutes) * minuteMs;
  return wallOfText(plain) - (sign === '-' ? -offset : offset);
}

/** The day of a date or an instant (RFC 3339), on the calendar of a zone. */
export function dayOfDate(text: string, zone: ZoneLike): Day {
  return text.length === 10 ? Date.parse(`${text}T00:00:00Z`) / dayMs : dayAt(Date.parse(text), zone);
}

/** Moves a date or an instant (RFC 3339) by days. An instant keeps its time of day in the zone. */
export function movedByDays(text: string, days: number, zone: ZoneLike): string {
  if (text.length === 10) return isoDate(dayOfDate(text, zone) + days);
  const instant = Date.parse(text);
  const moved = instantOf(wallOf(instant, zone) + wallAt(days), zone);
  return instant % minuteMs === 0 ? rfc3339(moved, zone) : new Date(moved).toISOString();
}

/**
 * A date or an instant (RFC 3339) as the same wall clock of another zone; a date stays. A time that the clock of that zone skips
 * moves forward by the gap.
 */
export function withClockOf(text: string, from: ZoneLike, to: ZoneLike): string {
  if (text.length === 10) return text;
  const instant = Date.parse(text);
  const moved = instantOf(wallOf(instant, from), to);
  return instant % secondMs === 0 ? rfc3339(moved, to) : new Date(moved).toISOString();
}
