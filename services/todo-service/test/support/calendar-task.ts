import ICAL from 'ical.js';
import type { PublishedSeries } from '@rondo/shared/contracts/series-event';
import type { Task, TaskDraft } from '@rondo/shared/contracts/task';
import { decideCreation } from '../../src/domain/task.ts';
import { openCalendarWriter } from '../../src/icalendar/export.ts';

const id = '0198a0b0-0000-7000-8000-000000000001';
const workspaceId = '0198a0b0-0000-7000-8000-00000000000a';

/**
 * The task of a draft, created at noon (UTC) on 21 November 2026. It may have a reminder before a due date that is not set, as
 * after a patch that removed the due date.
 */
export function taskOf({ reminders = [], ...draft }: TaskDraft, more: Partial<Task> = {}): Task {
  const now = new Date('2026-11-21T12:00:00.000Z');
  return { ...decideCreation({ id, workspace_id: workspaceId, draft }, now).after, reminders, ...more };
}

/** The calendar of these tasks, as it is written in a year. */
export function exportCalendar(
  tasks: Task[],
  year = 2026,
  { series, personZone = null }: { series?: PublishedSeries; personZone?: string | null } = {},
): string {
  const writer = openCalendarWriter(year, personZone);
  return [writer.head, ...tasks.map((task) => writer.entriesOf(task, series)), writer.tail].join('');
}

/** Finds a component by name in a file, parsed by ical.js. */
export function componentIn(text: string, name: string): ICAL.Component {
  const found = new ICAL.Component(ICAL.parse(text) as unknown[]).getFirstSubcomponent(name);
  if (!found) throw new Error(`there is no ${name}`);
  return found;
}

/** The unfolded property lines of a component, without those of nested components. */
export function linesOf(component: ICAL.Component): string[] {
  return component.getAllProperties().map((property) => property.toICALString().replaceAll(/\r\n[ \t]/g, ''));
}

/** A calendar file with these components. */
export function calendarOf(...components: string[]): string {
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN', ...components, 'END:VCALENDAR', ''].join(
    '\r\n',
  );
}

/** A series as Recurring publishes it, whose open occurrence is a task. */
export function publishedSeriesOf(task: Task, state: Partial<PublishedSeries> = {}): PublishedSeries {
  return {
    rule: task.recurrence_rule ?? '',
    anchor: task.due_date?.slice(0, 19) ?? '',
    time_zone: task.time_zone,
    person_zone: null,
    exdates: [],
    rdates: [],
    gap: 'shift',
    month_end: 'clamp',
    is_paused: false,
    done: 0,
    current_task_id: task.id,
    scheduled: task.due_date,
    ended_reason: null,
    ...state,
  };
}
