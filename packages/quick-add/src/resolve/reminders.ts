import { isUsable, type Day } from '@rondo/time/calendar';
import { dayParts, inPart } from '../words/times/clock.ts';
import type { Due, Interpretation } from './interpretation.ts';
import type { NamedMoment, NamedReminder } from '../words/reminders.ts';
import type { ResolveContext } from './due.ts';
import { dayAt, instantOf, wallAt } from '@rondo/time/wall-clock';

type Reminder = Interpretation['reminders'][number];

/** Resolves one reminder. @returns undefined if it needs a due date and there is none, or lies outside the supported years */
export function resolveReminder(
  reminder: NamedReminder,
  due: Due | undefined,
  context: ResolveContext,
): Reminder | undefined {
  const dueDay = due && ('day' in due ? due.day : dayAt(due.instant, context.zone));
  if ('minutesBefore' in reminder) return due && { minutesBefore: reminder.minutesBefore };
  if ('whenDue' in reminder) return due && onTime(due, context);
  if ('moment' in reminder) {
    const zone = reminder.moment.zone ?? context.zone;
    const instant = instantOfMoment(reminder.moment, dueDay, { now: context.now, zone });
    return instant === undefined ? undefined : reminderAt(instant, context);
  }
  if (dueDay === undefined) return undefined;
  const day = dueDay - reminder.daysBefore;
  return reminderAt(instantOf(wallAt(day, reminder.clock.minute), context.zone), context);
}

function reminderAt(instant: number, { zone }: ResolveContext): Reminder | undefined {
  return isUsable(dayAt(instant, zone)) ? { instant } : undefined;
}

/** At the beginning of the task; in the morning for an all-day task. */
function onTime(due: Due, { zone }: ResolveContext): Reminder {
  if ('instant' in due) return { minutesBefore: 0 };
  return { instant: instantOf(wallAt(due.day, dayParts.morning), zone) };
}

/** A time without a day is on the due day, if it has not passed. A day without a time means its morning. */
function instantOfMoment(
  moment: NamedMoment,
  dueDay: Day | undefined,
  { now, zone }: ResolveContext,
): number | undefined {
  const exact = moment.instant ?? moment.day?.instant;
  if (exact !== undefined) return exact;
  const minute = minuteOf(moment);
  if (moment.day) {
    const isNextDay = moment.day.isToday && minute < (moment.day.isTonight ? dayParts.morning / 2 : 1);
    return instantOf(wallAt(moment.day.day + (isNextDay ? 1 : 0), minute), zone);
  }
  if (dueDay !== undefined) {
    const onDueDay = instantOf(wallAt(dueDay, minute), zone);
    return onDueDay > now ? onDueDay : undefined;
  }
  const day = dayAt(now, zone);
  const today = instantOf(wallAt(day, minute), zone);
  return today > now ? today : instantOf(wallAt(day + 1, minute), zone);
}

function minuteOf({ day, clock, part }: NamedMoment): number {
  const dayPart = part ?? (day?.isTonight ? 'night' : undefined);
  if (clock) return (dayPart && inPart(clock, dayPart)) ?? clock.minute;
  return day?.minute ?? dayParts[dayPart ?? 'morning'];
}
