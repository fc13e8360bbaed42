import { isoDate } from '@rondo/time/calendar';
import { isoDuration } from './words/times/durations.ts';
import type { Interpretation } from './resolve/interpretation.ts';
import type { QuickAddDraft } from './quick-add.ts';
import { ruleText } from '@rondo/recurrence/rule';
import { untilDay, untilInstant } from '@rondo/recurrence/until';
import { rfc3339 } from '@rondo/time/iso-8601';
import { instantOf, wallAt } from '@rondo/time/wall-clock';

const minuteMs = 60_000;

/** Writes an interpretation as the fields of a task. Fields that the phrase doesn't mention are absent. */
export function draftOf(title: string, interpretation: Interpretation): QuickAddDraft {
  const { zone, reminders, list, labels, priority } = interpretation;
  const draft: QuickAddDraft = { title, ...datesOf(interpretation) };
  if (interpretation.hasZone) draft.time_zone = zone;
  if (interpretation.rule) draft.recurrence_rule = recurrenceOf(interpretation);
  if (interpretation.fromCompletion) draft.recurrence_basis = 'completion';
  if (interpretation.exdays.length > 0) draft.exdates = interpretation.exdays.map(isoDate);
  if (reminders.length > 0)
    draft.reminders = reminders.map((reminder) =>
      'instant' in reminder
        ? { at: rfc3339(reminder.instant, zone) }
        : // The reminders of a task count from its end, those of a phrase from its beginning.
          { before: isoDuration(reminder.minutesBefore + (interpretation.minutes ?? 0)) },
    );
  if (list !== undefined) draft.list = list;
  if (labels.length > 0) draft.labels = labels;
  if (priority !== undefined) draft.priority = priority;
  return draft;
}

function datesOf({ due, days, minutes, zone }: Interpretation): Pick<QuickAddDraft, 'start' | 'due_date'> {
  if (due === undefined) return {};
  if ('day' in due) {
    if (days === undefined) return { due_date: isoDate(due.day) };
    return { start: isoDate(due.day), due_date: isoDate(due.day + days - 1) };
  }
  if (minutes === undefined) return { due_date: rfc3339(due.instant, zone) };
  const end = due.instant + minutes * minuteMs;
  return { start: rfc3339(due.instant, zone), due_date: rfc3339(end, zone) };
}

/** The end of a timed rule is the last second of its last day. */
function recurrenceOf({ rule, due, until, count, zone }: Interpretation): string {
  if (rule === undefined) return '';
  if (count !== undefined) return ruleText({ ...rule, count });
  if (until === undefined || due === undefined) return ruleText(rule);
  if ('instant' in until) return ruleText({ ...rule, until: untilInstant(until.instant) });
  if ('day' in due) return ruleText({ ...rule, until: untilDay(until.day) });
  return ruleText({ ...rule, until: untilInstant(instantOf(wallAt(until.day, 1_439), zone) + 59_000) });
}
