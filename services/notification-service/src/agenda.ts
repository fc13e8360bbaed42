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

/** Whether an event can matter to the agenda: a first version that is not on it leaves nothing to take off. */
export function concernsAgenda({ version, payload }: TaskEvent): boolean {
  return version > 1 || isOpenAndDue(payload);
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

/** Of each task the highest version alone, in the order of task ids. */
export function latestOfEach(entries: AgendaEntry[]): AgendaEntry[] {
  const latest = new Map<string, AgendaEntry>();
  for (const entry of entries) {
    const known = latest.get(entry.task_id);
    if (!known || known.version < entry.version) latest.set(entry.task_id, entry);
  }
  return [...latest.values()].toSorted((a, b) => (a.task_id < b.task_id ? -1 : 1));
}

function isOpenAndDue({ status, due_date: due, deleted_at: deletedAt }: TaskEvent['payload']): boolean {
  return status !== 'complete' && due !== null && deletedAt === null;
}
