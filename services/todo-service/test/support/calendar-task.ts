import ICAL from 'ical.js';
import type { Task, TaskDraft } from '@rondo/shared/contracts/task';
import { decide } from '../../src/domain/task.ts';

const id = '0198a0b0-0000-7000-8000-000000000001';
const workspaceId = '0198a0b0-0000-7000-8000-00000000000a';

/** The task that a draft makes, created at noon (UTC) on 21 November 2026. */
export function taskOf(draft: TaskDraft, more: Partial<Task> = {}): Task {
  const now = new Date('2026-11-21T12:00:00.000Z');
  const change = decide(undefined, { kind: 'create', id, workspace_id: workspaceId, draft }, now);
  if (!change) throw new Error('a creation always changes something');
  return { ...change.after, ...more };
}

/** The component of a name in a text, read by ical.js. */
export function componentIn(text: string, name: string): ICAL.Component {
  const found = new ICAL.Component(ICAL.parse(text) as unknown[]).getFirstSubcomponent(name);
  if (!found) throw new Error(`there is no ${name}`);
  return found;
}

/** The unfolded lines of a component, from BEGIN to END, without those of components in it. */
export function linesOf(component: ICAL.Component): string[] {
  return component.getAllProperties().map((property) => property.toICALString().replaceAll(/\r\n[ \t]/g, ''));
}

/** A file around some components. */
export function calendarOf(...components: string[]): string {
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN', ...components, 'END:VCALENDAR', ''].join(
    '\r\n',
  );
}
