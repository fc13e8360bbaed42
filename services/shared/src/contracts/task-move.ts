import { Type, type Static } from 'typebox';
import { expectedState } from './expected-state.ts';
import { TaskReference } from './task-reference.ts';
import { TaskPatch } from './task.ts';

const { list, status, parent_id } = TaskPatch.properties;

/**
 * Body of `POST /api/v1/tasks/{id}/move`: behind the task `after`, before the task `before`, or between both; and in which list, column
 * or below which parent.
 */
export const TaskMove = Type.Object(
  {
    ...expectedState,
    after: Type.Optional(TaskReference),
    before: Type.Optional(TaskReference),
    list,
    status,
    parent_id,
  },
  {
    $id: 'TaskMove',
    additionalProperties: false,
    examples: [{ after: '#11', status: 'in_progress' }],
  },
);
export type TaskMove = Static<typeof TaskMove>;
