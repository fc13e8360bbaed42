import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import { AppError } from '@rondo/shared/errors';
import { hasOneHost } from '@rondo/shared/http/one-host';
import { toAppError } from '@rondo/shared/http/problem-details';
import { sendProblem } from '@rondo/shared/http/send-problem';

/** Answers what was thrown with a problem (RFC 9457). */
export function answerErrors(error: unknown, _request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendProblem(reply, toAppError(error));
}

/** Refuses a request with two `Host` headers, which gateway and service could read differently. */
export const refuseAmbiguousHost: onRequestHookHandler = (request, _reply, done) => {
  if (!hasOneHost(request.raw)) throw new AppError('bad-request', 'The request has two Host headers.');
  done();
};
