import type { FastifyReply } from 'fastify';
import type { AppError } from '../errors.ts';
import { lingerBeforeClose } from './linger.ts';
import { problemOf } from './problem-details.ts';
import { leaveUnread } from './refused-body.ts';

/** Headers of the content that was to be sent. A stream that fails before its first byte has set them already. */
const contentHeaders = ['etag', 'content-disposition'];

/** Answers with a problem (RFC 9457). What is left of a body that is too large or too slow is read and dropped. */
export function sendProblem(reply: FastifyReply, error: AppError): FastifyReply {
  const { request } = reply;
  if (leaveUnread(request)) reply.header('connection', 'close');
  else if (error.status === 413 || error.status === 408) lingerBeforeClose(request.raw.socket);
  for (const name of contentHeaders) {
    reply.removeHeader(name);
    reply.raw.removeHeader(name);
  }
  return reply
    .code(error.status)
    .headers(error.headers)
    .type('application/problem+json')
    .send(problemOf(error, request.id));
}
