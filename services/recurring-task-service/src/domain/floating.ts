import { withClockOf } from '@rondo/time/iso-8601';
import type { FollowedTask } from './followed-task.ts';

/** What may float: a task or a series. */
type Floating = { is_floating: boolean; time_zone: string | null };

/** Whether and where a followed task floats. */
export function floatingOf({ is_floating, task: { time_zone } }: FollowedTask): Floating {
  return { is_floating, time_zone };
}

/**
 * The zone to which something moved with its person; null if it didn't. An event that sets the zone of a floating task ends the floating,
 * so one that floats before and after has only followed the person.
 */
export function zoneMovedTo(before: Floating, after: Floating): string | null {
  const floats = before.is_floating && after.is_floating;
  return floats && before.time_zone !== null && before.time_zone !== after.time_zone ? after.time_zone : null;
}

/** A date of a floating task as the same wall clock in the zone of its series. Other dates stay. */
export function asClockOf(date: string | null, task: Floating, series: Floating): string | null {
  const zone = zoneMovedTo(task, series);
  return date === null || zone === null ? date : withClockOf(date, task.time_zone, zone);
}
