import { createHash } from 'node:crypto';
import { Type } from 'typebox';
import type { ErrorCode } from '@rondo/shared/contracts/error-codes';
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
const createdAt = '2027-01-04T09:30:00.000Z';

const schemas = {
  make: {
    tags,
    summary: 'Create a secret calendar address',
    description:
      'Creates an address that calendar apps can subscribe to without a token. It is shown only in this answer, and replaces the previous one.',
    response: { 201: Type.Object({ path: Type.String(), created_at: DateTime }) },
    example: {
      response: { path: '/calendar/pV3nXo5sJcUe7hLdNf2PaTgRiQk8vMxYwm3Kq0tZr9W.ics', created_at: createdAt },
    },
  },
  get: {
    tags,
    summary: 'Check for a secret calendar address',
    description:
      'Returns when the secret address was created, or null if there is none. The address itself is not shown again.',
    response: { 200: Type.Object({ created_at: nullable(DateTime) }) },
    example: { response: { created_at: createdAt } },
  },
  revoke: {
    tags,
    summary: 'Revoke the secret calendar address',
    description: 'Stops the secret address from working. It is a 204 even if there is none.',
    operationId: 'revokeCalendarFeed',
    response: { 204: Type.Null() },
  },
  read: {
    tags,
    summary: 'Read the calendar',
    description:
      'Returns the tasks as iCalendar (RFC 5545): open ones, and those completed in the last 30 days. The secret in the address replaces a token.',
    operationId: 'readCalendar',
    params: Type.Object({ secret: Type.String({ maxLength: 200 }) }),
    produces: [mediaType],
    response: { 200: Type.String(), 304: Type.Null() },
    example: {
      response: [
        'BEGIN:VCALENDAR',
        'VERSION:2.0',
        'PRODID:-//Rondo//Rondo//EN',
        'BEGIN:VTODO',
        'UID:01a2dffb-0620-7c4a-9f2d-3e8b6a1c0d42',
        'SUMMARY:Pay rent',
        'DUE;TZID=Europe/Berlin:20270201T090000',
        'RRULE:FREQ=MONTHLY;BYMONTHDAY=1',
        'END:VTODO',
        'END:VCALENDAR',
        '',
      ].join('\r\n'),
    },
    problems: ['not-found', 'unavailable'] satisfies ErrorCode[],
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
