import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Identity } from './token-verifier.ts';
import { headersOf, rateLimited } from './rate-limit-headers.ts';
import { costOf, costOfRows, createTokenBuckets, rowsOfPage, type RateLimit } from './rate-limit.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How many rows a request writes. The default is what its query asks for in `limit` and skips by `offset`. */
    rows?: (body: unknown) => number;
  }
}

/**
 * Limits what each person sends to this process, by token buckets. To call after the hook that identifies the person. Routes
 * without an identity (health, deliveries of the sidecar) are not limited.
 *
 * A request pays for its body before it is read, and for its rows after it was read and validated.
 */
export function addRateLimit(app: FastifyInstance, limit: RateLimit): void {
  if (limit.perSecond === 0) return;
  const buckets = createTokenBuckets(limit);

  function charge(request: FastifyRequest, reply: FastifyReply, cost: number): void {
    // A public route has none, whatever the type says.
    const personId = (request.identity as Identity | undefined)?.personId;
    if (personId === undefined || cost === 0) return;
    const verdict = buckets.take(personId, cost);
    if (!verdict.isAllowed) throw rateLimited('This person', verdict);
    reply.headers(headersOf(verdict));
  }

  app.addHook('onRequest', async (request, reply) => {
    charge(request, reply, costOf({ bytes: bytesOf(request) }));
  });
  app.addHook('preHandler', async (request, reply) => {
    charge(request, reply, costOfRows(rowsOf(request)));
  });
}

/** The length of a request's body. One that doesn't say its length pays for the largest that its route accepts. */
function bytesOf({ headers, routeOptions }: FastifyRequest): number {
  const length = headers['content-length'];
  if (length !== undefined) return Number(length) || 0;
  return headers['transfer-encoding'] === undefined ? 0 : (routeOptions.bodyLimit ?? 0);
}

function rowsOf({ routeOptions, body, query }: FastifyRequest): number {
  const { rows } = routeOptions.config;
  if (rows) return rows(body);
  const { limit, offset } = (query ?? {}) as { limit?: unknown; offset?: unknown };
  return rowsOfPage({
    limit: typeof limit === 'number' ? limit : 0,
    offset: typeof offset === 'number' ? offset : 0,
  });
}
