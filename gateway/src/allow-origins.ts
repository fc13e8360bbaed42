import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
import { rateLimitHeaders } from '@rondo/shared/http/rate-limit-headers';

/** Lets pages of the named origins call the API from a browser (CORS). Without a name only the gateway's own pages can. */
export async function allowOrigins(app: FastifyInstance, origins: string[]): Promise<void> {
  if (origins.length === 0) return;
  await app.register(cors, {
    origin: origins,
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: [
      'authorization',
      'content-type',
      'idempotency-key',
      'if-match',
      'if-none-match',
      'rondo-turn',
    ],
    exposedHeaders: [
      'etag',
      'idempotent-replayed',
      'location',
      'retry-after',
      'rondo-command',
      'x-request-id',
      ...rateLimitHeaders,
    ],
    maxAge: 600,
  });
}
