import { AppError } from '@rondo/shared/errors';

/** 409: what the client knows is of another history. */
export function historyChanged(): AppError {
  return new AppError('history-changed', 'The server was restored from a backup. Take a snapshot.');
}
