import { Type, type Static } from 'typebox';
import { DateOrDateTime, DateTime, Uuid } from './scalars.ts';
import { Task } from './task.ts';
import { Actor } from './actor.ts';

/**
 * The versions of the shapes below. 1.1 added `turn_id` and `actor.agent`. A command is published as the first version that has all of
 * its fields, so that a replica of the release before understands it.
 */
export const taskCommandSchemaVersions = ['1.0', '1.1'] as const;

const common = {
  event_id: Uuid,
  schema_version: Type.Enum([...taskCommandSchemaVersions]),
  timestamp: DateTime,
  workspace_id: Uuid,
  /** The task to create or change. */
  task_id: Uuid,
  actor: Actor,
  turn_id: Type.Optional(Uuid),
};
const successor = { ...common, of_task_id: Uuid };

/** Creates the next occurrence of a recurring task. Recurring gives the date; Todo copies the rest from the task before. */
export const CreateSuccessor = Type.Object(
  { ...successor, command_type: Type.Literal('create-successor'), due_date: DateOrDateTime },
  { $id: 'CreateSuccessor', additionalProperties: false },
);
export type CreateSuccessor = Static<typeof CreateSuccessor>;

/** Revokes the successor after its completion was undone, unless a person has changed the successor. */
export const TakeBackSuccessor = Type.Object(
  { ...successor, command_type: Type.Literal('take-back-successor') },
  { $id: 'TakeBackSuccessor', additionalProperties: false },
);

/** Skips the open occurrence of a series. The next one follows as after a completion. */
export const SkipOccurrence = Type.Object(
  { ...common, command_type: Type.Literal('skip-occurrence') },
  { $id: 'SkipOccurrence', additionalProperties: false },
);

/** Writes a change of a series to its open task. */
export const EditOccurrence = Type.Object(
  {
    ...common,
    command_type: Type.Literal('edit-occurrence'),
    patch: Type.Partial(
      Type.Object({
        recurrence_rule: Task.properties.recurrence_rule,
        due_date: DateOrDateTime,
        time_zone: Task.properties.time_zone,
        recurrence_basis: Task.properties.recurrence_basis,
      }),
      { additionalProperties: false },
    ),
  },
  { $id: 'EditOccurrence', additionalProperties: false },
);
export type EditOccurrence = Static<typeof EditOccurrence>;

/**
 * A command from Recurring to Todo on `task-commands`. It may arrive twice, late, or after its task has changed again, so Todo
 * checks the task first and ignores a command that no longer applies.
 */
export const TaskCommand = Type.Union([CreateSuccessor, TakeBackSuccessor, SkipOccurrence, EditOccurrence], {
  $id: 'TaskCommand',
});
export type TaskCommand = Static<typeof TaskCommand>;

/** Returns the CloudEvents `type` of a command: `create-successor` is `com.todoai.command.create-successor`. */
export function commandTypeOf(commandType: TaskCommand['command_type']): string {
  return `com.todoai.command.${commandType}`;
}
