import type { FastifyReply, FastifyRequest } from 'fastify';
import { toAppError } from './problem-details.ts';
import { wantsHtml } from './wants-html.ts';

/** Makes an error handler of a route: a browser gets a page for a 404, everything else is answered as on all routes. */
export function showNotFound(page: string, headers: Record<string, string>) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    const { status } = toAppError(error);
    if (status !== 404 || !wantsHtml(request.headers.accept)) throw error;
    void reply.code(status).headers(headers).type('text/html; charset=utf-8').send(page);
  };
}
