import assert from 'node:assert/strict';
import type { PublishedSeries } from '@rondo/shared/contracts/series-event';
import type { Task } from '@rondo/shared/contracts/task';
import { wallText } from '@rondo/time/iso-8601';
import { wallOf } from '@rondo/time/wall-clock';
import { openCalendarWriter } from '../../src/icalendar/export.ts';
import { importCalendar, type CalendarImport, type ImportedTask } from '../../src/icalendar/import.ts';
import { uidOfTask } from '../../src/icalendar/names.ts';
import { taskOf } from './calendar-task.ts';

type Options = { zone: string; now: Date };

/** Checks that an export of what was imported is imported as the same: import → export → import is the identity. */
export async function assertImportedAgain({ drafts }: CalendarImport, options: Options): Promise<void> {
  const ids = new Map(drafts.map((draft, index) => [draft, idAt(index)]));
  const idOfUid = new Map(drafts.map((draft) => [draft.uid, ids.get(draft) ?? '']));
  const parentOf = ({ parentUid }: ImportedTask) => idOfUid.get(parentUid ?? '') ?? null;
  const writer = openCalendarWriter(options.now.getUTCFullYear(), options.zone);
  const entries = drafts.map((imported) => {
    const { draft, createdAt, completedAt } = imported;
    const { exdates: _left, rdates: _added, ...fields } = draft;
    const task = taskOf(fields, {
      id: ids.get(imported) ?? '',
      parent_id: parentOf(imported),
      ...(createdAt === null ? {} : { created_at: createdAt }),
      ...(completedAt === null ? {} : { completed_at: completedAt }),
    });
    return writer.entriesOf(task, seriesOf(task, imported, options.zone));
  });
  const text = [writer.head, ...entries, writer.tail].join('');
  const again = await importCalendar([Buffer.from(text)], options);
  assert.deepEqual(
    again.drafts.map((one) => comparable(one, options)),
    drafts.map((one) =>
      comparable(
        {
          ...one,
          uid: uidOfTask(ids.get(one) ?? ''),
          parentUid: parentOf(one) === null ? null : uidOfTask(parentOf(one) ?? ''),
        },
        options,
      ),
    ),
  );
  assert.deepEqual([again.skipped.filter(({ reason }) => !isOwnEvent(reason)), again.notes], [[], []]);
}

const isOwnEvent = (reason: string) => reason === 'it is the same task as a to-do in this file';

/** What an entry says, in one form. What it doesn't say is what a task has without it. */
function comparable({ uid, parentUid, draft, createdAt, completedAt }: ImportedTask, { now }: Options) {
  const { exdates = [], rdates = [], recurrence_rule: rule = null, recurrence_basis: basis = 'due' } = draft;
  const { description = null, list = null, status = 'pending', reminders = [], ...rest } = draft;
  const isComplete = status === 'complete';
  const at = (instant: string | null) => formOf(instant ?? now.toISOString());
  return {
    ...rest,
    uid,
    parentUid,
    description,
    list,
    status,
    reminders: reminders.map((reminder) => ('at' in reminder ? { at: at(reminder.at) } : reminder)),
    start: draft.start ? formOf(draft.start) : null,
    due_date: draft.due_date ? formOf(draft.due_date) : null,
    // The series of a complete task continues in another one.
    recurrence_rule: isComplete ? null : rule,
    recurrence_basis: isComplete ? 'due' : basis,
    exdates: isComplete ? [] : exdates.map((date) => formOf(date)).toSorted(),
    rdates: isComplete ? [] : rdates.map((date) => formOf(date)).toSorted(),
    createdAt: at(createdAt),
    completedAt: isComplete ? at(completedAt) : null,
  };
}

/** A date, or an instant to the second. */
function formOf(date: string): string {
  return date.length === 10 ? date : `${new Date(date).toISOString().slice(0, 19)}Z`;
}

const idAt = (index: number) => `0198a0b0-0000-7000-8000-${String(index).padStart(12, '0')}`;

/** The series of a task, as Recurring publishes it. */
function seriesOf(task: Task, { draft }: ImportedTask, personZone: string): PublishedSeries | undefined {
  const { recurrence_rule: rule, time_zone: zone } = task;
  const date = task.due_date ?? task.start;
  if (rule === null || date === null) return undefined;
  return {
    rule,
    anchor: date.length === 10 ? date : wallText(wallOf(Date.parse(date), zone ?? personZone)),
    time_zone: zone,
    person_zone: personZone,
    exdates: draft.exdates ?? [],
    rdates: draft.rdates ?? [],
    gap: 'shift',
    month_end: 'clamp',
    is_paused: false,
    done: 0,
    current_task_id: task.id,
    scheduled: date,
    ended_reason: null,
  };
}
