import type { HttpServer } from '@rondo/shared/http/http-server';
import type { Identity } from '@rondo/shared/http/token-verifier';
import type { RememberedHistory } from '../store/history-id.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The history that the answer of a command belongs to. Empty for other requests. */
    historyId: string;
  }
}

const readingMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Gives a request that may change tasks the history in which the versions of its answer count. */
export function addHistoryOfRequest(app: HttpServer, history: RememberedHistory): void {
  app.decorateRequest('historyId', '');
  app.addHook('preHandler', async (request) => {
    const identity = request.identity as Identity | undefined;
    if (identity && !readingMethods.has(request.method)) request.historyId = await history.id();
  });
}
