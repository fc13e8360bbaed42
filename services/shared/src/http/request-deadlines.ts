import { STATUS_CODES, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyHttpOptions } from 'fastify';
import { codeOfStatus } from '../contracts/error-codes.ts';
import { writeProblem } from './raw-problem.ts';

/** How long a client may take to send a request, in milliseconds. */
export type RequestDeadlines = {
  /** From the start of the request, or of the connection before its first one, to the end of the headers. */
  headersMs: number;
  /** To the end of the body. */
  requestMs: number;
};

const defaults: RequestDeadlines = { headersMs: 15_000, requestMs: 30_000 };

/**
 * The options of a Fastify server that waits for no request forever (Fastify's own default), and answers what is no
 * complete HTTP request with a problem: 400, 408 or 431.
 */
export function requestDeadlines({
  headersMs = defaults.headersMs,
  requestMs = defaults.requestMs,
}: Partial<RequestDeadlines> = {}) {
  return {
    requestTimeout: requestMs,
    clientErrorHandler: answerBrokenRequest,
    http: {
      // Node would swap the two.
      headersTimeout: Math.min(headersMs, requestMs),
      connectionsCheckingInterval: Math.min(1_000, Math.ceil(requestMs / 4)),
    },
  } satisfies FastifyHttpOptions<Server>;
}

/** Answers a request that the parser refused, or that did not arrive in time, and closes its connection. */
function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  // The answer in progress, if any: an answer that has begun must not be followed by another.
  const { _httpMessage: answer } = socket as Socket & { _httpMessage?: ServerResponse | null };
  if (error.code === 'ECONNRESET' || !socket.writable || answer?.headersSent) {
    socket.destroy();
    return;
  }
  const status =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
  const title = STATUS_CODES[status] ?? '';
  writeProblem(socket, { type: 'about:blank', title, status, code: codeOfStatus(status) });
}
