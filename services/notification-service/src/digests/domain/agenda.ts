import type { TaskEvent } from '@rondo/shared/contracts/task-event';

/** What the agenda keeps of a task. Without `due_date` it is no longer on it, and only its version counts. */
export type AgendaEntry = {
  task_id: string;
  workspace_id: string;
  version: number;
  title: string;
  due_date: string | null;
  /** The plain day of an all-day task. */
  due_day: string | null;
  /** The instant of a timed one. */
  due_at: string | null;
};

/** Whether an event can matter to the agenda: a task that is not due, and was not before, is not on it. */
export function concernsAgenda({ payload, changed }: TaskEvent): boolean {
  return payload.due_date !== null || changed.includes('due_date');
}

export function agendaEntryOf({ task_id, workspace_id, version, payload }: TaskEvent): AgendaEntry {
  const due = isOpenAndDue(payload) ? payload.due_date : null;
  const isAllDay = due?.length === 10;
  return {
    task_id,
    workspace_id,
    version,
    title: due === null ? '' : payload.title,
    due_date: due,
    due_day: isAllDay ? due : null,
    due_at: isAllDay ? null : due,
  };
}

/** Of each task the highest version alone, in the order of workspaces and ids. */
export function latestOfEach(entries: AgendaEntry[]): AgendaEntry[] {
  const latest = new Map<string, AgendaEntry>();
  for (const entry of entries) {
    const key = `${entry.workspace_id} ${entry.task_id}`;
    const known = latest.get(key);
    if (!known || known.version < entry.version) latest.set(key, entry);
  }
  return [...latest].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, entry]) => entry);
}

function isOpenAndDue({ status, due_date: due, deleted_at: deletedAt }: TaskEvent['payload']): boolean {
  return status !== 'complete' && due !== null && deletedAt === null;
}
