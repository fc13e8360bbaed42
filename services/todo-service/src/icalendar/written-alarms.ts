import type { Reminder, Task } from '@rondo/shared/contracts/task';
import { wallOfText } from '@rondo/time/iso-8601';
import { dayMs, hourMs, minuteMs, secondMs } from '@rondo/time/units';
import { instantOf, wallOf, type Wall } from '@rondo/time/wall-clock';
import { calendarNames } from './names.ts';
import { plainText } from './plain-text.ts';
import { utcProperty, type JcalComponent, type JcalProperty } from './time.ts';

/** Reminders of an all-day task count from this time of its day (docs/time.md). */
const allDayMs = 9 * hourMs;

/** The alarm of a reminder, at the instant at which the API reminds; none before a due date that is not set. */
export function alarmOf(reminder: Reminder, task: Task, personZone: string | null): JcalComponent[] {
  const trigger =
    'at' in reminder
      ? [utcProperty('trigger', reminder.at)]
      : triggerBefore(reminder.before, task, personZone);
  if (trigger.length === 0) return [];
  const properties: JcalProperty[] = [
    ['action', {}, 'text', 'DISPLAY'],
    ...trigger,
    ['description', {}, 'text', plainText(task.title)],
  ];
  return [['valarm', properties, []]];
}

/**
 * A duration, if every reader computes the instant of the reminder from it: some count hours on the clock, and they don't agree on
 * times that a clock change skips or repeats. Otherwise the instant, and the duration for our import.
 */
function triggerBefore(
  before: string,
  { due_date: due, time_zone: zone }: Task,
  personZone: string | null,
): JcalProperty[] {
  if (due === null) return [];
  const isAllDay = due.length === 10;
  const zoneOfTask = zone ?? (isAllDay ? personZone : null);
  const instant = reminderInstant(due, before, zoneOfTask);
  // Readers take a day for one of their own zone.
  const isForeign = isAllDay && zone !== null && personZone !== null && zone !== personZone;
  if (isForeign || !isAgreed(due, before, { zone: zoneOfTask, instant }))
    return [
      utcProperty('trigger', new Date(instant).toISOString()),
      [calendarNames.before, {}, 'text', before],
    ];
  const { days, time } = partsOf(before);
  const text = isAllDay
    ? durationText(allDayMs - days * dayMs - time)
    : `-${before.replace(/H(?=\d+S)/, 'H0M')}`;
  return [['trigger', { related: 'END' }, 'duration', text]];
}

function isAgreed(
  due: string,
  before: string,
  { zone, instant }: { zone: string | null; instant: number },
): boolean {
  if (zone === null) return true;
  const { days, time } = partsOf(before);
  const wall = wallOfDue(due, zone);
  const wallOfAlarm = wall - days * dayMs - time;
  const isDueOnce = due.length === 10 || instantOf(wall, zone) === Date.parse(due);
  return isDueOnce && instantOf(wallOfAlarm, zone) === instant && wallOf(instant, zone) === wallOfAlarm;
}

/** The instant at which the API reminds (docs/time.md): days are counted on the clock, the rest is elapsed time. */
export function reminderInstant(due: string, before: string, zone: string | null): number {
  const { days, time } = partsOf(before);
  if (days === 0 && due.length > 10) return Date.parse(due) - time;
  return instantOf(wallOfDue(due, zone) - days * dayMs, zone) - time;
}

function wallOfDue(due: string, zone: string | null): Wall {
  return due.length === 10 ? wallOfText(`${due}T00:00:00`) + allDayMs : wallOf(Date.parse(due), zone);
}

const durationForm = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

function partsOf(duration: string): { days: number; time: number } {
  const [, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = (
    durationForm.exec(duration) ?? []
  ).map((part) => Number(part ?? 0));
  return { days: weeks * 7 + days, time: hours * hourMs + minutes * minuteMs + seconds * secondMs };
}

/** A DURATION (RFC 5545 section 3.3.6) in days and minutes, with seconds if it has some. */
function durationText(ms: number): string {
  const length = Math.abs(ms);
  const count = (unit: number, of: number) => Math.floor((length % of) / unit);
  const seconds = count(secondMs, minuteMs);
  const minutes = count(minuteMs, hourMs);
  const hours = count(hourMs, dayMs);
  const days = Math.floor(length / dayMs);
  // No unit between two others may be left out.
  const time = [
    hours > 0 ? `${hours}H` : '',
    minutes > 0 || (hours > 0 && seconds > 0) ? `${minutes}M` : '',
    seconds > 0 ? `${seconds}S` : '',
  ].join('');
  if (days === 0 && time === '') return 'PT0S';
  return `${ms < 0 ? '-' : ''}P${days > 0 ? `${days}D` : ''}${time === '' ? '' : `T${time}`}`;
}
