import { Type } from 'typebox';
import { Problem } from '@rondo/shared/contracts/problem';
import { Uuid } from '@rondo/shared/contracts/scalars';
import { Task } from '@rondo/shared/contracts/task';

export const taskParams = Type.Object({ id: Uuid });

/** The headers of every command. */
export const commandHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({ description: 'a retry with the same key gets the first answer, for 24 h' }),
  ),
  'if-match': Type.Optional(Type.String({ description: 'the ETag that the task must have' })),
});

export const queryFailures = { 401: Problem, 404: Problem, 422: Problem, 503: Problem };
export const commandFailures = { ...queryFailures, 409: Problem, 412: Problem };

/** The tasks that a command changed. */
export const ChangedTasks = Type.Object({ tasks: Type.Array(Task) });
