import type { FastifyReply } from 'fastify';
import type { AppError } from '../errors.ts';
import { lingerBeforeClose } from './linger.ts';
import { problemOf } from './problem-details.ts';

/** Answers with a problem (RFC 9457). What is left of a body that is too large is read and dropped. */
export function sendProblem(reply: FastifyReply, error: AppError): FastifyReply {
  const { request } = reply;
  if (error.status === 413) lingerBeforeClose(request.raw.socket);
  return reply
    .code(error.status)
    .headers(error.headers)
    .type('application/problem+json')
    .send(problemOf(error, request.id));
}
