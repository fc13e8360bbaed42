import { Stream } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { runAsReader } from '../database/reader.ts';
import { createKeyedQueue } from '../workers/keyed-queue.ts';
import { signalOfClient } from './closed-clients.ts';
import { onceClosed } from './once-closed.ts';
import type { Identity } from './token-verifier.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Ends the turn of a read; undefined for what is not a read. */
    endTurn: (() => void) | undefined;
  }
}

/** Fewer than a pool of reads has connections, so that the first slow queries of one person leave some to others. */
const readTurns = { maxRunning: 2, maxWaiting: 256, maxWaitMs: 10_000 };

/**
 * Lets each person read two things at a time in this process; their further reads wait. One person with many connections then
 * delays others by two queries at most. A streamed answer keeps its turn until its reader has it. What a read does is done on behalf of
 * its person: databases have a share for people whose reads take long.
 */
export function addFairReads(app: FastifyInstance): void {
  const queue = createKeyedQueue(readTurns);
  app.decorateRequest('endTurn');
  app.addHook('preHandler', async (request, reply) => {
    const personId = readerOf(request);
    if (personId !== undefined)
      holdTurn(request, reply, await queue.take(personId, () => signalOfClient(reply.raw)));
  });
  app.addHook('preHandler', (request, reply, done) => {
    const personId = readerOf(request);
    if (personId === undefined) return done();
    runAsReader({ personId, signalOf: () => signalOfClient(reply.raw) }, done);
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    const { endTurn } = request;
    // Until its `onSend` the handler works, even for a client that has gone.
    if (endTurn && payload instanceof Stream) onceClosed(reply.raw, endTurn);
    else endTurn?.();
    done();
  });
}

/** Who reads; undefined for what is not a read, and for a public route. */
function readerOf({ method, routeOptions, identity }: FastifyRequest): string | undefined {
  const isRead = method === 'GET' || method === 'HEAD' || routeOptions.config.isRead === true;
  // A public route has no identity, whatever the type says.
  return isRead ? (identity as Identity | undefined)?.personId : undefined;
}

/** Keeps a turn until its request is answered. One that came after the deadline of the request ends at once: no handler will run. */
export function holdTurn(request: FastifyRequest, reply: FastifyReply, endTurn: () => void): void {
  if (reply.sent) endTurn();
  else request.endTurn = endTurn;
}
