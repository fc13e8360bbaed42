import { Type } from 'typebox';
import type { ErrorCode } from '@rondo/shared/contracts/error-codes';
import { Uuid } from '@rondo/shared/contracts/scalars';
import { Task } from '@rondo/shared/contracts/task';

export const taskParams = Type.Object({ id: Uuid });

const idempotencyKey = Type.Optional(
  Type.String({ description: 'a retry with the same key gets the first answer, for 24 h' }),
);

/** The headers of a command that is not on one existing task. */
export const commandHeaders = Type.Object({ 'idempotency-key': idempotencyKey });

/** The headers of a command on one task. */
export const taskCommandHeaders = Type.Object({
  'idempotency-key': idempotencyKey,
  'if-match': Type.Optional(Type.String({ description: 'the ETag that the task must have' })),
});

/** The codes that a deletion can answer, which is never refused for a quota. */
export const deletionProblems: ErrorCode[] = ['not-found', 'version-conflict', 'idempotency-key-reused'];

/** The codes that every other command on one task can answer. */
export const taskCommandProblems: ErrorCode[] = [...deletionProblems, 'document-too-large', 'quota-exceeded'];

/** The tasks that a command changed. */
export const ChangedTasks = Type.Object({ tasks: Type.Array(Task) });
