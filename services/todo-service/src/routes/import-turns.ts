import type { Readable } from 'node:stream';
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { AppError, invalidInput } from '@rondo/shared/errors';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { answerMsAt } from '@rondo/shared/service-registry';
import { createFairTurns } from '@rondo/shared/workers/fair-turns';

/** How the routes of imports differ from others: they read the body, and may take long. */
export const importConfigAt = (path: string) => {
  const answerMs = answerMsAt('todo-service', path);
  return { streamsBody: true, ...(answerMs === undefined ? {} : { answerMs }) };
};

/**
 * Lets one file of all people be imported or previewed at a time: all its tasks are in memory together, as much as a pod has for
 * them. A file has arrived before its turn is taken. Who had the turn for less time lately goes first.
 */
export type ImportTurns = <Result>(
  personId: string,
  importFile: () => Promise<Result>,
  signal?: AbortSignal,
) => Promise<Result>;

/** Longer than almost every turn. */
const maxWaitMs = 12_000;
const maxWaiting = 100;
const retryAfterSeconds = 5;

/** @returns turns that throw AppError 429 `busy` if they don't come in 12 s, and the reason of the signal if it aborts before */
export function createImportTurns(): ImportTurns {
  const turns = createFairTurns({ maxWeight: 1, maxWaiting, maxWaitMs, refusal: busyWithOthers });
  return async (personId, importFile, signal) => {
    const end = await turns.take(personId, 1, signal);
    try {
      signal?.throwIfAborted();
      return await importFile();
    } finally {
      end();
    }
  };
}

function busyWithOthers(): AppError {
  return new AppError('busy', 'Other files are being imported. Try again.', {
    headers: { 'retry-after': String(retryAfterSeconds) },
  });
}

/** The file of a request whose parser leaves its body unread. @throws AppError 422 if there is none: the body is null */
export function fileOf(body: unknown): Readable {
  if (!body) throw invalidInput([{ field: 'body', message: 'is required' }]);
  return body as Readable;
}

/** Validates what the schema of a route says, apart from the body: a file is validated while it is read. */
export function validatorExceptBody({
  validatorCompiler: validate,
}: HttpServer): FastifySchemaCompiler<TSchema> {
  return (part) => (part.httpPart === 'body' || !validate ? (value) => ({ value }) : validate(part));
}
