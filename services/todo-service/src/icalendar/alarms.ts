import ICAL from 'ical.js';
import { Compile } from 'typebox/compile';
import { Reminder } from '@rondo/shared/contracts/task';
import { momentOf, Unreadable, type Moment, type Zones } from './moment.ts';
import { ruleName, valuesOf } from './text.ts';

/** The times that an alarm can be relative to. */
export type AlarmAnchors = { due: Moment | null; start: Moment | null; end: Moment | null };

const maxReminders = 20;
/** Limits the work on an entry. */
const maxAlarms = 100;
const maxSeconds = 10 * 366 * 24 * 60 * 60;
const reminder = Compile(Reminder);

/**
 * Converts the alarms of an entry (RFC 5545 section 3.6.6) to reminders: relative to the due date if the alarm is, at an
 * instant otherwise. `notes` names each alarm that can't be converted.
 */
export function remindersOf(
  entry: ICAL.Component,
  anchors: AlarmAnchors,
  zones: Zones,
): { reminders: Reminder[]; notes: string[] } {
  const reminders = new Map<string, Reminder>();
  const notes: string[] = [];
  const alarms = entry.getAllSubcomponents('valarm');
  if (alarms.length > maxAlarms)
    notes.push(`only the first ${maxAlarms} of ${alarms.length} alarms were read`);
  for (const alarm of alarms.slice(0, maxAlarms)) {
    try {
      const found = reminderOf(alarm, anchors, zones);
      if (!reminder.Check(found)) throw new Unreadable('its TRIGGER is out of range for a reminder');
      reminders.set(JSON.stringify(found), found);
      if ('at' in found && isRelative(alarm) && entry.hasProperty(ruleName))
        notes.push('an alarm that is not before the due date rings only for the first occurrence');
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
  if (trigger.type !== 'duration') return { at: utcText(momentOf(trigger, zones).instant) };
  const offset = durationOf(trigger);
  const isFromEnd = trigger.getFirstParameter('related')?.toUpperCase() === 'END';
  const anchor = isFromEnd ? end : (start ?? due);
  if (!anchor) throw new Unreadable('the date that its TRIGGER is relative to is missing');
  if (anchor.instant === due?.instant && offset.toSeconds() <= 0)
    return { before: offset.toString().replace('-', '') };
  return { at: utcText(anchor.instant + offset.toSeconds() * 1_000) };
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
