import type { IncomingMessage } from 'node:http';
import { AppError, invalidInput } from '@rondo/shared/errors';
import { createKeyedQueue } from '@rondo/shared/workers/keyed-queue';

/** Lets one file of all people be imported at a time: all its tasks are in memory together, as much as a pod has for them. */
export type ImportTurns = <Result>(importFile: () => Promise<Result>) => Promise<Result>;

/** Together with an import, less than a request may wait for its answer. */
const maxWaitMs = 5_000;
const maxWaiting = 100;

/** @returns turns that throw AppError 429 `busy` if they don't come in 5 s */
export function createImportTurns(): ImportTurns {
  const queue = createKeyedQueue({ maxRunning: 1, maxWaiting, maxWaitMs, refusal: busyWithOthers });
  return (importFile) => queue.run('', importFile);
}

function busyWithOthers(): AppError {
  return new AppError('busy', 'Files of others are being imported. Try again.', {
    headers: { 'retry-after': String(maxWaitMs / 1_000) },
  });
}

/** The message of a request whose parser leaves its body unread. @throws AppError 422 if there is none: the body is null */
export function messageOf(body: unknown): IncomingMessage {
  if (!body) throw invalidInput([{ field: 'body', message: 'is required' }]);
  return body as IncomingMessage;
}
