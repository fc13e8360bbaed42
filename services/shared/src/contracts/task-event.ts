import { Type, type Static } from 'typebox';
import { Actor } from './actor.ts';
import { exampleIds } from './example-ids.ts';
import { Count, DateTime, NextCursor, TimeZone, Uuid } from './scalars.ts';
import { SeriesDates, Task } from './task.ts';
import { exampleTask } from './task-example.ts';

/**
 * The versions of `TaskEvent`. 1.1 added `time_zone` and `series`, 1.2 `is_floating` of a task, 1.3 its `exdates` and `rdates`,
 * 1.4 `command_id`, `turn_id`, `actor.agent`, and `number` and `rank` of a task. Todo publishes 1.4. A consumer moves events of an
 * unknown version to its dead letters.
 */
export const taskEventSchemaVersions = ['1.0', '1.1', '1.2', '1.3', '1.4'] as const;

/** The service that publishes task events. */
export const taskEventSource = 'todo-service';

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
 * A change of a task (FR-014). `seq` counts the events of a workspace from 1 without a gap, `version` those of a task.
 * `payload` is the task after the change, `changed` has the names of the changed fields. `time_zone` is the zone of the person
 * who changed it, if it is known. All changes of one command share `command_id`; `turn_id` groups commands that a person sees as one,
 * such as those of an agent for one sentence. `series` has the dates of the command that began the series, in events of before version
 * 1.3: since then the task has them.
 */
export const TaskEvent = Type.Object(
  {
    event_id: Uuid,
    event_type: TaskEventType,
    schema_version: Type.Enum([...taskEventSchemaVersions]),
    timestamp: DateTime,
    workspace_id: Uuid,
    seq: Count,
    task_id: Uuid,
    version: Count,
    actor: Actor,
    command_id: Type.Optional(Uuid),
    turn_id: Type.Optional(Uuid),
    payload: Task,
    changed: Type.Array(Type.String({ maxLength: 60, pattern: '^[a-z_]+$' }), { maxItems: 100 }),
    time_zone: Type.Optional(TimeZone),
    series: Type.Optional(SeriesDates),
  },
  {
    $id: 'TaskEvent',
    additionalProperties: false,
    examples: [
      {
        event_id: exampleIds.event,
        event_type: 'task-created',
        schema_version: '1.4',
        timestamp: exampleTask.created_at,
        workspace_id: exampleIds.workspace,
        seq: 1,
        task_id: exampleIds.task,
        version: 1,
        actor: {
          user_id: exampleIds.person,
          source: 'mcp',
          agent: { client_id: 'assistant', name: 'Assistant' },
        },
        command_id: exampleIds.command,
        turn_id: exampleIds.turn,
        payload: exampleTask,
        changed: ['title', 'priority', 'labels', 'list', 'due_date'],
        time_zone: 'Europe/Berlin',
      },
    ],
  },
);
export type TaskEvent = Static<typeof TaskEvent>;

/** A restore from a backup begins a new history: a client that knows another one starts again from a snapshot. */
const HistoryId = Type.String({ ...Uuid, description: 'changes when the server is restored from a backup' });

/** Answer of `GET /api/v1/changes`: the events after `since`, in order. `head` is the last seq of the workspace. */
export const ChangePage = Type.Object(
  {
    changes: Type.Array(TaskEvent),
    head: Count,
    has_more: Type.Boolean({ examples: [false] }),
    history_id: HistoryId,
  },
  { $id: 'ChangePage', additionalProperties: false },
);
export type ChangePage = Static<typeof ChangePage>;

/** Answer of `GET /api/v1/snapshot`: tasks as of `seq` or later. Apply the changes after `seq` to bring them up to date. */
export const SnapshotPage = Type.Object(
  {
    seq: Count,
    tasks: Type.Array(Task),
    next_cursor: NextCursor,
    history_id: HistoryId,
  },
  { $id: 'SnapshotPage', additionalProperties: false },
);
export type SnapshotPage = Static<typeof SnapshotPage>;
