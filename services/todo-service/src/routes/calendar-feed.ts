import type { Readable } from 'node:stream';
import { Type } from 'typebox';
import type { ErrorCode } from '@rondo/shared/contracts/error-codes';
import { DateTime, nullable } from '@rondo/shared/contracts/scalars';
import { runAsReader } from '@rondo/shared/database/reader';
import { AppError, notFound } from '@rondo/shared/errors';
import { signalOfClient } from '@rondo/shared/http/closed-clients';
import { isKnownToClient, sendNotModified, sendWithoutBody } from '@rondo/shared/http/conditional-get';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { answerWith, idempotencyHeaders as headers } from '@rondo/shared/http/idempotency-key';
import { onceClosed } from '@rondo/shared/http/once-closed';
import { createKeyedQueue } from '@rondo/shared/workers/keyed-queue';
import { makeCalendarFeed } from '../commands/make-calendar-feed.ts';
import { revokeCalendarFeed } from '../commands/revoke-calendar-feed.ts';
import type { TodoContext } from '../context.ts';
import { findCalendarFeed } from '../queries/find-calendar-feed.ts';
import { findCalendar, readCalendar } from '../queries/read-calendar.ts';
import { keyedContext } from './command-context.ts';
import { sendStream } from './send.ts';

const mediaType = 'text/calendar';
const tags = ['calendar'];
/** A reader that takes longer is cut off, so that others with the same secret get their turn. */
const maxReadMs = 300_000;
const createdAt = '2027-01-04T09:30:00.000Z';

const schemas = {
  make: {
    tags,
    summary: 'Create a secret calendar address',
    description:
      'Creates an address that calendar apps can subscribe to without a token. It is shown only in this answer, and replaces the previous one. A retry with the same `Idempotency-Key` creates no other, and is a 409 `shown-once`.',
    headers,
    response: { 201: Type.Object({ path: Type.String(), created_at: DateTime }) },
    example: {
      response: { path: '/calendar/pV3nXo5sJcUe7hLdNf2PaTgRiQk8vMxYwm3Kq0tZr9W.ics', created_at: createdAt },
    },
    problems: ['shown-once'] satisfies ErrorCode[],
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
    headers,
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
    problems: ['bad-request', 'not-found', 'uri-too-long', 'busy', 'unavailable'] satisfies ErrorCode[],
  },
};

/** One answer for each secret at a time: it reads a whole workspace. */
const feedTurns = {
  maxRunning: 1,
  maxWaiting: 4,
  maxWaitMs: 10_000,
  refusal: () =>
    new AppError('busy', 'The same is being read already. Try again later.', {
      headers: { 'retry-after': '10' },
    }),
};

/** Adds the calendar feed and its secret address. Only the hash is stored, so the address is shown once. */
export function addCalendarFeedRoutes(app: HttpServer, ctx: TodoContext): void {
  const reading = { database: ctx.reads, clock: ctx.clock };
  app.post('/api/v1/calendar-feed', { schema: schemas.make }, async (request, reply) =>
    answerWith(reply, await makeCalendarFeed(ctx, keyedContext(request))),
  );
  app.get('/api/v1/calendar-feed', { schema: schemas.get }, ({ identity }) =>
    findCalendarFeed(reading, identity),
  );
  app.delete('/api/v1/calendar-feed', { schema: schemas.revoke }, async (request, reply) =>
    answerWith(reply, await revokeCalendarFeed(ctx, keyedContext(request))),
  );
  const turns = createKeyedQueue(feedTurns);
  // Public because calendar apps send no token: the secret in the address gives access.
  app.get(
    '/calendar/:secret.ics',
    { config: { public: true }, schema: schemas.read },
    async (request, reply) => {
      const { secret } = request.params;
      const calendar = await findCalendar(reading, secret);
      if (!calendar) throw notFound('calendar');
      reply.header('etag', calendar.etag).header('cache-control', 'private, no-cache');
      if (isKnownToClient(request, calendar.etag)) return sendNotModified(request, reply);
      reply.type(`${mediaType}; charset=utf-8`);
      if (request.method === 'HEAD') return sendWithoutBody(request, reply);
      const signalOf = () => signalOfClient(reply.raw);
      const endTurn = await turns.take(secret, signalOf);
      try {
        const reader = { personId: calendar.workspaceId, signalOf };
        const text = await runAsReader(reader, () => readCalendar(reading, calendar));
        return await sendStream(reply, endingWith(endTurn, text));
      } catch (error) {
        endTurn();
        throw error;
      }
    },
  );
}

/** The stream, whose turn ends with it, or after the time that a reader has. */
function endingWith(endTurn: () => void, text: Readable): Readable {
  const deadline = setTimeout(() => text.destroy(new Error('the calendar was read too slowly')), maxReadMs);
  onceClosed(text, () => {
    clearTimeout(deadline);
    endTurn();
  });
  return text;
}
