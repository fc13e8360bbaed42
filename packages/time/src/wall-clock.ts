import type { Day } from './calendar.ts';
import { dayMs, minuteMs } from './units.ts';
import { zoneOf, type ZoneLike } from './zone.ts';

/** What the calendar and clock of a zone show: milliseconds since 1970-01-01T00:00, counted as if the clock were UTC. */
export type Wall = number;

/** The wall time of a day at a minute of that day. */
export function wallAt(day: Day, minute = 0): Wall {
  return day * dayMs + minute * minuteMs;
}

/** The day of a wall time. */
export function dayOfWall(wall: Wall): Day {
  return Math.floor(wall / dayMs);
}

/** The minute of the day of a wall time, 0 to 1439. */
export function minuteOfWall(wall: Wall): number {
  return Math.floor((wall - dayOfWall(wall) * dayMs) / minuteMs);
}

/** What the clock of a zone shows at an instant. */
export function wallOf(instant: number, zone: ZoneLike): Wall {
  return instant + zoneOf(zone).offsetAt(instant);
}

/** The day that the calendar of a zone shows at an instant. */
export function dayAt(instant: number, zone: ZoneLike): Day {
  return dayOfWall(wallOf(instant, zone));
}

/**
 * The instant at which the clock of a zone shows a wall time: the first one if it shows it twice. A time that the clock
 * skips moves forward by the gap (`compatible` in Temporal).
 */
export function instantOf(wall: Wall, zone: ZoneLike): number {
  const { offsetAt } = zoneOf(zone);
  return firstInstantOf(wall, zone) ?? wall - offsetAt(wall - dayMs);
}

/** As `instantOf`, but null for a time that the clock skips. */
export function firstInstantOf(wall: Wall, zone: ZoneLike): number | null {
  const { offsetAt } = zoneOf(zone);
  // No zone is a day or more from UTC: only the offsets before and after this day can apply.
  const before = wall - offsetAt(wall - dayMs);
  const after = wall - offsetAt(wall + dayMs);
  if (before === after) return before;
  // The clock shows the time twice if both are right. The offset from before the change gives the first.
  if (before + offsetAt(before) === wall) return before;
  return after + offsetAt(after) === wall ? after : null;
}
