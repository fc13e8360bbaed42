import { Type, type Static } from 'typebox';
import { Actor } from './actor.ts';
import { Count, DateTime, Uuid } from './scalars.ts';
import { Task } from './task.ts';

/** The version of the shape below. A consumer drops events with another version into its dead letters. */
export const taskEventSchemaVersion = '1.0';

export const TaskEventType = Type.Enum([
  'task-created',
  'task-updated',
  'task-completed',
  'task-reopened',
  'task-deleted',
  'task-skipped',
  'task-restored',
  'task-purged',
]);
export type TaskEventType = Static<typeof TaskEventType>;

/**
 * One change of one task (FR-014). `seq` counts a workspace's events from 1 without a gap, `version` a
 * task's. `payload` is the task after the change, `changed` names the fields that it changed.
 */
export const TaskEvent = Type.Object(
  {
    event_id: Uuid,
    event_type: TaskEventType,
    schema_version: Type.Literal(taskEventSchemaVersion),
    timestamp: DateTime,
    workspace_id: Uuid,
    seq: Count,
    task_id: Uuid,
    version: Count,
    actor: Actor,
    payload: Task,
    changed: Type.Array(Type.String()),
  },
  { $id: 'TaskEvent', additionalProperties: false },
);
export type TaskEvent = Static<typeof TaskEvent>;

/** Answer of `GET /api/v1/changes`: the events after `since`, in order, and the workspace's head. */
export const ChangePage = Type.Object(
  { changes: Type.Array(TaskEvent), head: Count, has_more: Type.Boolean() },
  { $id: 'ChangePage', additionalProperties: false },
);
export type ChangePage = Static<typeof ChangePage>;

/** Answer of `GET /api/v1/snapshot`: tasks as of `seq` at the earliest; changes after `seq` bring them up to date. */
export const SnapshotPage = Type.Object(
  {
    seq: Count,
    tasks: Type.Array(Task),
    next_cursor: Type.Union([Type.String(), Type.Null()]),
  },
  { $id: 'SnapshotPage', additionalProperties: false },
);
export type SnapshotPage = Static<typeof SnapshotPage>;
