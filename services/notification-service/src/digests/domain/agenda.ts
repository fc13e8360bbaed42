import type { TaskEvent } from '@rondo/shared/contracts/task-event';

/** A task on the agenda. If it is closed or not due, `due_date` is null and only `version` counts. */
export type AgendaEntry = {
  task_id: string;
  workspace_id: string;
  version: number;
  title: string;
  due_date: string | null;
  /** The date of an all-day task. */
  due_day: string | null;
  /** The instant of a timed task. */
  due_at: string | null;
};

/** Whether an event can change the agenda: not if the task has no due date now and had none before. */
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

function isOpenAndDue({ status, due_date: due, deleted_at: deletedAt }: TaskEvent['payload']): boolean {
  return status !== 'complete' && due !== null && deletedAt === null;
}
