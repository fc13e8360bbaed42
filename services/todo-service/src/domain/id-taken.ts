import type { Task } from '@rondo/shared/contracts/task';
import { AppError } from '@rondo/shared/errors';

/** 409: a client's id is that of another task, or of one that was purged. */
export function idTaken(current?: Task): AppError {
  return new AppError('task-id-taken', 'Another task has this id, or had it before it was purged.', {
    status: 409,
    ...(current ? { current } : {}),
  });
}
