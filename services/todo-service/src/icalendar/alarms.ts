import ICAL from 'ical.js';
import { Compile } from 'typebox/compile';
import { Reminder } from '@rondo/shared/contracts/task';
import { momentOf, Unreadable, type Moment, type Zones } from './moment.ts';
import { ruleName, valuesOf } from './text.ts';

/** What an alarm of an entry can be measured from. */
export type AlarmAnchors = { due: Moment | null; start: Moment | null; end: Moment | null };

const mostReminders = 20;
const longestSeconds = 10 * 366 * 24 * 60 * 60;
const reminder = Compile(Reminder);

/**
 * The reminders that the alarms of an entry are (RFC 5545 section 3.6.6): before the due date where an alarm is measured
 * from it, at an instant otherwise. An alarm that is none is told of in `notes`.
 */
export function remindersOf(
  entry: ICAL.Component,
  anchors: AlarmAnchors,
  zones: Zones,
): { reminders: Reminder[]; notes: string[] } {
  const reminders = new Map<string, Reminder>();
  const notes: string[] = [];
  for (const alarm of entry.getAllSubcomponents('valarm')) {
    try {
      const found = reminderOf(alarm, anchors, zones);
      if (!reminder.Check(found)) throw new Unreadable('its TRIGGER is beyond what a reminder can be');
      reminders.set(JSON.stringify(found), found);
      if ('at' in found && isRelative(alarm) && entry.hasProperty(ruleName))
        notes.push('an alarm that is not before the due date rings for the first date alone');
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      notes.push(`an alarm is left out: ${error.message}`);
    }
  }
  if (reminders.size > mostReminders)
    notes.push(`of ${reminders.size} alarms it has the first ${mostReminders}`);
  return { reminders: [...reminders.values()].slice(0, mostReminders), notes };
}

function isRelative(alarm: ICAL.Component): boolean {
  return alarm.getFirstProperty('trigger')?.type === 'duration';
}

function reminderOf(alarm: ICAL.Component, { due, start, end }: AlarmAnchors, zones: Zones): Reminder {
  const trigger = alarm.getFirstProperty('trigger');
  if (!trigger) throw new Unreadable('it has no TRIGGER');
  if (trigger.type !== 'duration') return { at: utcText(momentOf(trigger, zones).instant) };
  const distance = durationOf(trigger);
  const isFromEnd = trigger.getFirstParameter('related')?.toUpperCase() === 'END';
  const anchor = isFromEnd ? end : (start ?? due);
  if (!anchor) throw new Unreadable('the date that its TRIGGER is measured from is missing');
  if (anchor.instant === due?.instant && distance.toSeconds() <= 0)
    return { before: distance.toString().replace('-', '') };
  return { at: utcText(anchor.instant + distance.toSeconds() * 1_000) };
}

/**
 * Reads DURATION (RFC 5545 section 3.3.6).
 * @throws Unreadable
 */
export function durationOf(property: ICAL.Property): ICAL.Duration {
  const [text = ''] = valuesOf(property);
  try {
    const duration = ICAL.Duration.fromString(text);
    if (Math.abs(duration.toSeconds()) <= longestSeconds) return duration;
  } catch {
    // Told below, as what is too long or not a number.
  }
  throw new Unreadable(`"${text.slice(0, 40)}" is not a duration of at most ten years`);
}

function utcText(instant: number): string {
  return new Date(instant).toISOString();
}
