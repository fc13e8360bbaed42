import { createHash } from 'node:crypto';
import { Type } from 'typebox';
import { Problem } from '@rondo/shared/contracts/problem';
import { DateTime, nullable } from '@rondo/shared/contracts/scalars';
import { notFound } from '@rondo/shared/errors';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { makeCalendarFeed } from '../commands/make-calendar-feed.ts';
import { revokeCalendarFeed } from '../commands/revoke-calendar-feed.ts';
import type { TodoContext } from '../context.ts';
import { findCalendarFeed } from '../queries/find-calendar-feed.ts';
import { readCalendar } from '../queries/read-calendar.ts';

const mediaType = 'text/calendar';
const tags = ['calendar'];
const failures = { 401: Problem, 503: Problem };

const schemas = {
  make: {
    tags,
    summary: 'Create a secret calendar address, which replaces the previous one',
    response: { 201: Type.Object({ path: Type.String(), created_at: DateTime }), ...failures },
  },
  get: {
    tags,
    summary: 'Get the creation time of the secret calendar address; null if there is none',
    response: { 200: Type.Object({ created_at: nullable(DateTime) }), ...failures },
  },
  revoke: {
    tags,
    summary: 'Revoke the secret calendar address',
    response: { 204: Type.Null(), ...failures },
  },
  read: {
    tags,
    summary: 'Read the tasks as iCalendar (RFC 5545)',
    params: Type.Object({ secret: Type.String() }),
    produces: [mediaType],
    response: { 200: Type.String(), 304: Type.Null(), 404: Problem, 503: Problem },
  },
};

/** Adds the calendar feed and its secret address. Only the hash is stored, so the address is shown once. */
export function addCalendarFeedRoutes(app: HttpServer, ctx: TodoContext): void {
  app.post('/api/v1/calendar-feed', { schema: schemas.make }, async ({ identity }, reply) =>
    reply.code(201).send(await makeCalendarFeed(ctx, identity)),
  );
  app.get('/api/v1/calendar-feed', { schema: schemas.get }, ({ identity }) =>
    findCalendarFeed(ctx, identity),
  );
  app.delete('/api/v1/calendar-feed', { schema: schemas.revoke }, async ({ identity }, reply) => {
    await revokeCalendarFeed(ctx, identity);
    return reply.code(204).send(null);
  });
  // Public because calendar apps send no token: the secret in the address gives access.
  app.get(
    '/calendar/:secret.ics',
    { config: { public: true }, schema: schemas.read },
    async ({ params, headers }, reply) => {
      const text = await readCalendar(ctx, params.secret);
      if (text === undefined) throw notFound('calendar');
      const etag = `"${createHash('sha256').update(text).digest('base64url')}"`;
      reply.header('etag', etag).header('cache-control', 'private, no-cache');
      if (isKnown(etag, headers['if-none-match'])) return reply.code(304).send(null);
      return reply.code(200).type(`${mediaType}; charset=utf-8`).send(text);
    },
  );
}

/** RFC 9110 section 13.1.2: matches any of a list, weak or strong; a proxy that compresses makes an ETag weak. */
function isKnown(etag: string, given: string | undefined): boolean {
  const known = given?.split(',').map((one) => one.trim().replace(/^W\//, '')) ?? [];
  return known.includes(etag) || known.includes('*');
}
