import { isoDate, type Day } from './calendar.ts';

/** What calendar and clock of a zone show: a day, and the minute of it (0 to 1439). */
export type Wall = { day: Day; minute: number };

const dayMs = 86_400_000;
const minuteMs = 60_000;
const offsets = new Map<string, Intl.DateTimeFormat>();

/**
 * How far a zone is ahead of UTC at an instant, in milliseconds.
 * @throws RangeError where the runtime knows no such zone
 */
export function offsetMs(instant: number, zone: string): number {
  const text = offsetFormatOf(zone).format(instant);
  const at = text.indexOf('GMT') + 3;
  if (at >= text.length) return 0;
  const minutes = Number(text.slice(at + 1, at + 3)) * 60 + Number(text.slice(at + 4, at + 6));
  return (text[at] === '-' ? -minutes : minutes) * minuteMs;
}

/** Whether a name is a time zone of the IANA database, as this runtime knows it. */
export function isTimeZone(name: string): boolean {
  try {
    offsetFormatOf(name);
    return true;
  } catch {
    return false;
  }
}

/** The wall clock of a zone at an instant, down to the minute. */
export function wallOf(instant: number, zone: string): Wall {
  const local = instant + offsetMs(instant, zone);
  const day = Math.floor(local / dayMs);
  return { day, minute: Math.floor((local - day * dayMs) / minuteMs) };
}

/**
 * The instant at which a zone's wall clock shows this. What a gap skips moves forward by the gap; what an overlap
 * shows twice is the first one.
 */
export function instantOf({ day, minute }: Wall, zone: string): number {
  const local = day * dayMs + minute * minuteMs;
  // No zone is a day off UTC, so the clock's changes that can matter lie between these two.
  const before = offsetMs(local - dayMs, zone);
  const after = offsetMs(local + dayMs, zone);
  if (before === after) return local - before;
  const first = local - Math.max(before, after);
  const second = local - Math.min(before, after);
  if (wallIs(first, local, zone)) return first;
  return wallIs(second, local, zone) ? second : local - before;
}

function wallIs(instant: number, local: number, zone: string): boolean {
  return instant + offsetMs(instant, zone) === local;
}

/** RFC 3339 with the offset that the zone has at that moment, down to the minute. */
export function rfc3339(instant: number, zone: string): string {
  const offset = offsetMs(instant, zone) / minuteMs;
  const { day, minute } = wallOf(instant, zone);
  return `${isoDate(day)}T${clockText(minute)}:00${offset < 0 ? '-' : '+'}${clockText(Math.abs(offset))}`;
}

/** The calendar day of a date or an instant (RFC 3339), as a zone's calendar shows it. */
export function dayOfDate(date: string, zone: string): Day {
  return date.length === 10 ? Date.parse(`${date}T00:00:00Z`) / dayMs : wallOf(Date.parse(date), zone).day;
}

/** A date or an instant (RFC 3339) so many days later, at the same time of the zone's wall clock. */
export function movedByDays(date: string, days: number, zone: string): string {
  if (date.length === 10) return isoDate(dayOfDate(date, zone) + days);
  const instant = Date.parse(date);
  const { day, minute } = wallOf(instant, zone);
  const moved = instantOf({ day: day + days, minute }, zone);
  const rest = instant - Math.floor(instant / minuteMs) * minuteMs;
  return rest === 0 ? rfc3339(moved, zone) : new Date(moved + rest).toISOString();
}

/**
 * The first minute after `begin`, up to `end`, at which a zone has another offset from UTC; undefined where it has the same at
 * both. The two lie at most a week apart: no zone changes its offset and back within one.
 */
export function firstOffsetChange(begin: number, end: number, zone: string): number | undefined {
  const offset = offsetMs(begin, zone);
  if (offsetMs(end, zone) === offset) return undefined;
  let [before, after] = [begin, end];
  while (after - before > minuteMs) {
    const middle = before + Math.floor((after - before) / 2 / minuteMs) * minuteMs;
    if (offsetMs(middle, zone) === offset) before = middle;
    else after = middle;
  }
  return after;
}

/** `HH:MM` of a minute of the day. */
export function clockText(minute: number): string {
  return `${twoDigits(Math.floor(minute / 60))}:${twoDigits(minute % 60)}`;
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}

function offsetFormatOf(zone: string): Intl.DateTimeFormat {
  let format = offsets.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    if (offsets.size < 1_000) offsets.set(zone, format);
  }
  return format;
}
