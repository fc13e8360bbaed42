import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { announcedBytes } from './announced-bytes.ts';
import type { Identity } from './token-verifier.ts';
import { headersOf, rateLimited } from './rate-limit-headers.ts';
import {
  costOf,
  costOfPart,
  costOfRows,
  createTokenBuckets,
  rowsOfPage,
  type RateLimit,
} from './rate-limit.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Charges the person for a part of the answer that is streamed, in bytes. Resolves when it may be sent. */
    payForPart(bytes: number): Promise<void>;
  }
  interface FastifyContextConfig {
    /** How many rows a request writes. The default is what its query asks for in `limit` and skips by `offset`. */
    rows?: (body: unknown) => number;
  }
}

/**
 * Limits what each person sends to this process, by token buckets. To call after the hook that identifies the person. Routes
 * without an identity (health, deliveries of the sidecar) are not limited.
 *
 * A request pays for its body before it is read, and for its rows after it was read and validated. A streamed answer pays for its
 * parts while it is read: it slows down, and leaves half of the burst to the person's other requests.
 */
export function addRateLimit(app: FastifyInstance, limit: RateLimit): void {
  if (limit.perSecond === 0) {
    app.decorateRequest('payForPart', async () => {});
    return;
  }
  const buckets = createTokenBuckets(limit);
  app.decorateRequest('payForPart', async function payForPart(this: FastifyRequest, bytes) {
    const waitMs = buckets.borrow(this.identity.personId, costOfPart(bytes), limit.burst / 2);
    if (waitMs > 0) await pause(waitMs, undefined, { ref: false });
  });

  function charge(request: FastifyRequest, reply: FastifyReply, cost: number): void {
    // A public route has none, whatever the type says.
    const personId = (request.identity as Identity | undefined)?.personId;
    if (personId === undefined || cost === 0) return;
    const verdict = buckets.take(personId, cost);
    if (!verdict.isAllowed) throw rateLimited('This person', verdict);
    reply.headers(headersOf(verdict));
  }

  app.addHook('onRequest', async (request, reply) => {
    const { headers, routeOptions } = request;
    charge(request, reply, costOf({ bytes: announcedBytes({ headers, limit: routeOptions.bodyLimit }) }));
  });
  app.addHook('preHandler', async (request, reply) => {
    charge(request, reply, costOfRows(rowsOf(request)));
  });
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
