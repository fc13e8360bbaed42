import { isoDate } from '@rondo/time/calendar';
import { isoDuration } from './words/durations.ts';
import type { Meaning } from './resolve/interpretation.ts';
import type { QuickAdd } from '@rondo/shared/contracts/quick-add';
import { rruleOf, untilDate, untilInstant } from './recurrence-rule.ts';
import { instantOf, rfc3339 } from '@rondo/time/wall-clock';

type Draft = QuickAdd['draft'];

const minuteMs = 60_000;

/** Writes what a phrase means as the fields of a task, and no field that it says nothing of. */
export function draftOf(title: string, meaning: Meaning): Draft {
  const { zone, reminders, list, labels, priority } = meaning;
  const draft: Draft = { title, ...datesOf(meaning) };
  if (meaning.has_zone) draft.time_zone = zone;
  if (meaning.rule) draft.recurrence_rule = recurrenceOf(meaning);
  if (meaning.from_completion) draft.recurrence_basis = 'completion';
  if (reminders.length > 0)
    draft.reminders = reminders.map((reminder) =>
      'instant' in reminder
        ? { at: rfc3339(reminder.instant, zone) }
        : // A reminder counts from when a task is due, which is its end; people count from its beginning.
          { before: isoDuration(reminder.minutes_before + (meaning.minutes ?? 0)) },
    );
  if (list !== undefined) draft.list = list;
  if (labels.length > 0) draft.labels = labels;
  if (priority !== undefined) draft.priority = priority;
  return draft;
}

function datesOf({ due, days, minutes, zone }: Meaning): Pick<Draft, 'start' | 'due_date'> {
  if (due === undefined) return {};
  if ('day' in due) {
    if (days === undefined) return { due_date: isoDate(due.day) };
    return { start: isoDate(due.day), due_date: isoDate(due.day + days - 1) };
  }
  if (minutes === undefined) return { due_date: rfc3339(due.instant, zone) };
  const end = due.instant + minutes * minuteMs;
  return { start: rfc3339(due.instant, zone), due_date: rfc3339(end, zone) };
}

/** The last second of the last day is still in. */
function recurrenceOf({ rule, due, until, count, zone }: Meaning): string {
  if (rule === undefined) return '';
  const text = rruleOf(rule);
  if (count !== undefined) return `${text};COUNT=${count}`;
  if (until === undefined || due === undefined) return text;
  if ('day' in due) return `${text};UNTIL=${untilDate(until)}`;
  return `${text};UNTIL=${untilInstant(instantOf({ day: until, minute: 1_439 }, zone) + 59_000)}`;
}
