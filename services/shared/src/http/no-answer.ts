import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyContextConfig } from 'fastify';
import { AppError, unavailable } from '../errors.ts';
import { isWrite } from './refuse-writes.ts';

type Asked = {
  method: string;
  headers: IncomingHttpHeaders;
  routeOptions: { config: FastifyContextConfig };
};

/**
 * 503: something that a request needs has the request, and didn't answer in time. A change that the request asks for may have been
 * made, or may yet be: the message says so, and how to repeat it.
 */
export function noAnswerTo(
  { method, headers, routeOptions: { config } }: Asked,
  what: string,
  cause?: unknown,
): AppError {
  if (!isWrite(method, config)) return unavailable(what, cause);
  const advice =
    headers['idempotency-key'] === undefined
      ? 'Look before you repeat the request: without an Idempotency-Key the change can be made twice.'
      : 'Repeat the request with the same Idempotency-Key: the change is made once.';
  const { code, headers: retryAfter } = unavailable(what);
  return new AppError(code, `${what} did not answer. The change may have been made. ${advice}`, {
    cause,
    headers: retryAfter,
  });
}
