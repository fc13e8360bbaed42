import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import { AppError } from '@rondo/shared/errors';
import { lingerBeforeClose } from '@rondo/shared/http/linger';
import { hasOneHost } from '@rondo/shared/http/one-host';
import { problemOf, toAppError } from '@rondo/shared/http/problem-details';

/** Answers what was thrown with a problem (RFC 9457). */
export function answerErrors(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const appError = toAppError(error);
  if (appError.status === 413) lingerBeforeClose(request.raw.socket);
  return reply
    .code(appError.status)
    .headers(appError.headers)
    .type('application/problem+json')
    .send(problemOf(appError, request.id));
}

/** Refuses a request with two `Host` headers, which gateway and service could read differently. */
export const refuseAmbiguousHost: onRequestHookHandler = (request, _reply, done) => {
  if (!hasOneHost(request.raw)) throw new AppError('bad-request', 'The request has two Host headers.');
  done();
};
