import ICAL from 'ical.js';
import { Compile } from 'typebox/compile';
import { Reminder } from '@rondo/shared/contracts/task';
import { hourMs, secondMs } from '@rondo/time/units';
import { durationText } from '../domain/duration-text.ts';
import { momentOf, Unreadable, type Moment, type Zones } from './moment.ts';
import { calendarNames } from './names.ts';
import { ruleName, textOf, valuesOf } from './text.ts';
import { reminderInstant } from './written-alarms.ts';

/** The times that an alarm can be relative to. */
export type AlarmAnchors = { due: Moment | null; start: Moment | null; end: Moment | null };

const maxReminders = 20;
/** Limits the work on an entry. */
const maxAlarms = 100;
const maxSeconds = 10 * 366 * 24 * 60 * 60;
/** Reminders of an all-day task count from 9:00 of its day. */
const allDayMs = 9 * hourMs;
const reminder = Compile(Reminder);

/**
 * Converts the alarms of an entry (RFC 5545 section 3.6.6) to reminders: before the due date if the alarm is relative and not
 * after it, at an instant otherwise. `notes` names each alarm that can't be converted.
 */
export function remindersOf(
  entry: ICAL.Component,
  anchors: AlarmAnchors,
  zones: Zones,
): { reminders: Reminder[]; notes: string[] } {
  const reminders = new Map<string, Reminder>();
  const notes: string[] = [];
  const alarms = entry.getAllSubcomponents('valarm');
  if (alarms.length > maxAlarms) notes.push(`only the first ${maxAlarms} alarms were read`);
  for (const alarm of alarms.slice(0, maxAlarms)) {
    try {
      const found = reminderOf(alarm, anchors, zones);
      if (!reminder.Check(found)) throw new Unreadable('its TRIGGER is out of range for a reminder');
      reminders.set(JSON.stringify(found), found);
      if ('at' in found && isRelative(alarm) && entry.hasProperty(ruleName))
        notes.push('an alarm that is after the due date rings only for the first occurrence');
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      notes.push(`an alarm was skipped: ${error.message}`);
    }
  }
  if (reminders.size > maxReminders)
    notes.push(`only the first ${maxReminders} of ${reminders.size} alarms were imported`);
  return { reminders: [...reminders.values()].slice(0, maxReminders), notes };
}

function isRelative(alarm: ICAL.Component): boolean {
  return alarm.getFirstProperty('trigger')?.type === 'duration';
}

function reminderOf(alarm: ICAL.Component, { due, start, end }: AlarmAnchors, zones: Zones): Reminder {
  const trigger = alarm.getFirstProperty('trigger');
  if (!trigger) throw new Unreadable('it has no TRIGGER');
  if (trigger.type !== 'duration') {
    const { instant } = momentOf(trigger, zones);
    // Apple writes this date where an alarm depends on a place, or is turned off.
    if (utcText(instant).startsWith('1976-04-01')) throw new Unreadable('it rings at a place, not at a time');
    const before = textOf(alarm, calendarNames.before);
    // A client may have moved one of the two.
    if (before !== undefined && due && isReminderAt(instant, before, due, zones)) return { before };
    return { at: utcText(instant) };
  }
  const offset = durationOf(trigger);
  const offsetMs = offset.toSeconds() * secondMs;
  const isFromEnd = trigger.getFirstParameter('related')?.toUpperCase() === 'END';
  const anchor = isFromEnd ? end : (start ?? due);
  if (!anchor) throw new Unreadable('the date that its TRIGGER is relative to is missing');
  if (due && !due.isAllDay && anchor.instant === due.instant && offsetMs <= 0)
    return { before: offset.toString().replace('-', '') };
  const before = due ? timeBefore(due, anchor, offsetMs) : -1;
  return before >= 0 ? { before: durationText(before) } : { at: utcText(anchor.instant + offsetMs) };
}

function isReminderAt(instant: number, before: string, due: Moment, { floating }: Zones): boolean {
  const zone = due.isAllDay ? floating : due.timeZone;
  return reminder.Check({ before }) && reminderInstant(due.text, before, zone) === instant;
}

/** How long before the due date an alarm rings, in milliseconds; negative after it. */
function timeBefore(due: Moment, anchor: Moment, offsetMs: number): number {
  // On the clock: 9:00 is 9:00 on each day.
  if (due.isAllDay && anchor.isAllDay) return due.wall + allDayMs - (anchor.wall + offsetMs);
  return due.instant + (due.isAllDay ? allDayMs : 0) - (anchor.instant + offsetMs);
}

/**
 * Parses a DURATION (RFC 5545 section 3.3.6).
 * @throws Unreadable
 */
export function durationOf(property: ICAL.Property): ICAL.Duration {
  const [text = ''] = valuesOf(property);
  try {
    const duration = ICAL.Duration.fromString(text);
    if (Math.abs(duration.toSeconds()) <= maxSeconds) return duration;
  } catch {
    // Reported below, like a duration that is too long.
  }
  throw new Unreadable(`"${text.slice(0, 40)}" is not a duration of at most ten years`);
}

function utcText(instant: number): string {
  return new Date(instant).toISOString();
}
