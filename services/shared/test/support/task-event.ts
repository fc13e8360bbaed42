import { v7 } from 'uuid';
import type { TaskEvent } from '../../src/contracts/task-event.ts';

/** A valid event as Todo publishes it: of a task of its own at its first version, unless it is said otherwise. */
export function taskEvent(workspaceId: string, seq: number, more: Partial<TaskEvent> = {}): TaskEvent {
  const at = '2026-03-01T10:00:00.000Z';
  const { task_id: taskId = v7(), version = 1 } = more;
  return {
    event_id: v7(),
    event_type: 'task-created',
    schema_version: '1.0',
    timestamp: at,
    workspace_id: workspaceId,
    seq,
    task_id: taskId,
    version,
    actor: { user_id: workspaceId, source: 'api' },
    payload: {
      id: taskId,
      workspace_id: workspaceId,
      version,
      title: `title ${seq} – ünïcödé 漢字 "quoted"`,
      description: null,
      status: 'pending',
      priority: 4,
      labels: [],
      list: null,
      parent_id: null,
      start: null,
      due_date: null,
      time_zone: null,
      reminders: [],
      reminder_time: null,
      is_recurring: false,
      recurrence_rule: null,
      recurrence_schedule: null,
      recurrence_basis: 'due',
      series_id: null,
      created_at: at,
      updated_at: at,
      completed_at: null,
      deleted_at: null,
    },
    changed: [],
    ...more,
  };
}
