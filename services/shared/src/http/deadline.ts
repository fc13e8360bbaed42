import type { FastifyInstance } from 'fastify';
import { unavailable } from '../errors.ts';

/** More than a statement and the wait for its connection may take. */
const answerDeadlineMs = 15_000;

/**
 * Answers 503 if a handler has not begun its answer after 15 s, whatever it waits for. An answer that has begun may take
 * longer, because its reader may be slow. Fastify's `handlerTimeout` would cut it off.
 */
export function addDeadline(app: FastifyInstance, deadlineMs = answerDeadlineMs): void {
  app.addHook('onRequest', (request, reply, done) => {
    // The sidecar has a deadline of its own for deliveries.
    if (!request.routeOptions.config.public) {
      const timer = setTimeout(() => {
        if (!reply.sent && !reply.raw.headersSent) void reply.send(unavailable('What this request needs'));
      }, deadlineMs);
      reply.raw.once('close', () => clearTimeout(timer));
    }
    done();
  });
}
