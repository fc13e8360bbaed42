import { AppError } from '@rondo/shared/errors';

/** A task was not at the version that a change was decided on. A retry decides again, and may succeed. */
export class VersionMoved extends AppError {
  constructor() {
    super('conflict', 'The tasks keep changing. Try again.', { status: 409, retryable: true });
  }
}
