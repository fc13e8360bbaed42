import { Type, type Static } from 'typebox';
import { Count, DateOrDateTime, DateTime, nullable, Uuid } from './scalars.ts';
import { Task } from './task.ts';

/** The version of the shape below. */
export const reminderEventSchemaVersion = '1.0';

/** The task of a reminder, as it was when the reminder fired. */
export const RemindedTask = Type.Object(
  {
    title: Task.properties.title,
    due_date: nullable(DateOrDateTime),
    time_zone: Task.properties.time_zone,
    priority: Task.properties.priority,
    list: Task.properties.list,
  },
  { $id: 'RemindedTask', additionalProperties: false },
);
export type RemindedTask = Static<typeof RemindedTask>;

/**
 * A reminder that came due, on topic `reminders`. `event_id` is derived from the task and `remind_at`, so a task reminds once
 * at a time, even if the event is published again. `lateness_ms` says how late the reminder fired. `is_late` means that
 * people should see that it is late, because a part of Rondo was down.
 */
export const ReminderEvent = Type.Object(
  {
    event_id: Uuid,
    event_type: Type.Literal('reminder-fired'),
    schema_version: Type.Literal(reminderEventSchemaVersion),
    timestamp: DateTime,
    workspace_id: Uuid,
    task_id: Uuid,
    remind_at: DateTime,
    lateness_ms: Count,
    is_late: Type.Boolean(),
    payload: RemindedTask,
  },
  { $id: 'ReminderEvent', additionalProperties: false },
);
export type ReminderEvent = Static<typeof ReminderEvent>;

/** The CloudEvents `type` of a reminder event. */
export const reminderEventType = 'com.todoai.reminder.fired';
