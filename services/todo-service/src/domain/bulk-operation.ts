import { Type, type Static } from 'typebox';
import { expectedState } from '@rondo/shared/contracts/expected-state';
import { TaskDraft, TaskPatch } from '@rondo/shared/contracts/task';
import { TaskMove } from '@rondo/shared/contracts/task-move';
import { TaskReference } from '@rondo/shared/contracts/task-reference';

const onTask = { id: TaskReference, ...expectedState };
const { version: _version, history_id: _historyId, ...patchFields } = TaskPatch.properties;
const { version: _ofMove, history_id: _historyOfMove, ...moveFields } = TaskMove.properties;

/** For a recurring task: end its series (the default), or skip only this occurrence. */
export const DeletionScope = Type.Enum(['series', 'occurrence']);

/** A change that has no content. */
const simple = <Name extends string>(name: Name) =>
  Type.Object({ op: Type.Literal(name), ...onTask }, { additionalProperties: false });

/** One operation of `POST /api/v1/tasks/bulk`. */
export const BulkOperation = Type.Union([
  Type.Object({ op: Type.Literal('create'), ...TaskDraft.properties }, { additionalProperties: false }),
  Type.Object({ op: Type.Literal('patch'), ...onTask, ...patchFields }, { additionalProperties: false }),
  Type.Object({ op: Type.Literal('move'), ...onTask, ...moveFields }, { additionalProperties: false }),
  simple('complete'),
  simple('reopen'),
  simple('restore'),
  Type.Object(
    { op: Type.Literal('delete'), ...onTask, scope: Type.Optional(DeletionScope) },
    { additionalProperties: false },
  ),
]);
export type BulkOperation = Static<typeof BulkOperation>;

export const BulkRequest = Type.Object(
  { operations: Type.Array(BulkOperation, { minItems: 1, maxItems: 500 }) },
  { $id: 'BulkRequest', additionalProperties: false },
);
