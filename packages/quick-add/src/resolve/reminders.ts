import { isUsable, type Day } from '@rondo/time/calendar';
import { dayParts, inPart } from '../words/clock.ts';
import type { Due, Meaning } from './interpretation.ts';
import type { NamedMoment, NamedReminder } from '../words/reminders.ts';
import type { Here } from './due.ts';
import { instantOf, wallOf } from '@rondo/time/wall-clock';

type Reminder = Meaning['reminders'][number];

/** A reminder's moment; nothing for one before a task that is never due, and outside the years of the contract. */
export function settleReminder(
  reminder: NamedReminder,
  due: Due | undefined,
  here: Here,
): Reminder | undefined {
  const dueDay = due && ('day' in due ? due.day : wallOf(due.instant, here.zone).day);
  if ('minutes_before' in reminder) return due && { minutes_before: reminder.minutes_before };
  if ('when_due' in reminder) return due && onTime(due, here);
  if ('moment' in reminder) {
    const zone = reminder.moment.zone ?? here.zone;
    const instant = instantOfMoment(reminder.moment, dueDay, { now: here.now, zone });
    return instant === undefined ? undefined : usable(instant, here);
  }
  if (dueDay === undefined) return undefined;
  const day = dueDay - reminder.days_before;
  return usable(instantOf({ day, minute: reminder.clock.minute }, here.zone), here);
}

function usable(instant: number, { zone }: Here): Reminder | undefined {
  return isUsable(wallOf(instant, zone).day) ? { instant } : undefined;
}

/** When the task begins; in the morning where it is due on a day. */
function onTime(due: Due, { zone }: Here): Reminder {
  if ('instant' in due) return { minutes_before: 0 };
  return { instant: instantOf({ day: due.day, minute: dayParts.morning }, zone) };
}

/** A time alone is on the day that the task is due, and nothing once that has passed; a day alone means its morning. */
function instantOfMoment(
  moment: NamedMoment,
  dueDay: Day | undefined,
  { now, zone }: Here,
): number | undefined {
  const exact = moment.instant ?? moment.day?.instant;
  if (exact !== undefined) return exact;
  const minute = minuteOf(moment);
  if (moment.day) {
    const isNextDay = moment.day.is_today && minute < (moment.day.is_tonight ? dayParts.morning / 2 : 1);
    return instantOf({ day: moment.day.day + (isNextDay ? 1 : 0), minute }, zone);
  }
  if (dueDay !== undefined) {
    const onDueDay = instantOf({ day: dueDay, minute }, zone);
    return onDueDay > now ? onDueDay : undefined;
  }
  const { day } = wallOf(now, zone);
  const today = instantOf({ day, minute }, zone);
  return today > now ? today : instantOf({ day: day + 1, minute }, zone);
}

function minuteOf({ day, clock, part }: NamedMoment): number {
  const inside = part ?? (day?.is_tonight ? 'night' : undefined);
  if (clock) return (inside && inPart(clock, inside)) ?? clock.minute;
  return day?.minute ?? dayParts[inside ?? 'morning'];
}
