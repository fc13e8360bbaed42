import { Type } from 'typebox';
import type { ErrorCode } from '@rondo/shared/contracts/error-codes';
import { Count } from '@rondo/shared/contracts/scalars';
import { Task } from '@rondo/shared/contracts/task';
import { TaskReference } from '@rondo/shared/contracts/task-reference';
import { idempotencyHeaders } from '@rondo/shared/http/idempotency-key';
import { turnHeader } from '@rondo/shared/http/turn-header';

export const taskParams = Type.Object({
  id: Type.String({
    ...TaskReference,
    description: 'the id of the task or its number: `#12`, in a path `%2312`',
  }),
});

const answerHeaders = {
  'Rondo-Command': {
    description: 'the id of the command, if it changed tasks: `POST /api/v1/undo` undoes it',
    schema: { type: 'string', format: 'uuid' },
  },
};

/** A command that is not on one existing task. */
export const workspaceCommand = {
  headers: Type.Object({ ...idempotencyHeaders.properties, ...turnHeader }),
  answerHeaders,
};

/** A command on one task. */
export const taskCommand = {
  headers: Type.Object({
    ...workspaceCommand.headers.properties,
    'if-match': Type.Optional(
      Type.String({
        description:
          'the ETag that the task must have: its version, a hyphen, and the last 12 digits of `history_id`',
      }),
    ),
  }),
  answerHeaders,
};

/** The codes that a deletion can answer, which is never refused for a quota. */
export const deletionProblems: ErrorCode[] = ['not-found', 'version-conflict', 'command-too-large'];

/** The codes that every other command on one task can answer. */
export const taskCommandProblems: ErrorCode[] = [...deletionProblems, 'document-too-large', 'quota-exceeded'];

/** The tasks that a command changed. */
export const ChangedTasks = Type.Object({ tasks: Type.Array(Task) });

/** What an undo of an import has done. */
export const UndoneImport = Type.Object(
  {
    undone: Count,
    kept: Type.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'tasks that stay, because they or their subtasks have changed since',
    }),
    remaining: Type.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'repeat the request until it is 0',
    }),
  },
  { $id: 'UndoneImport' },
);
