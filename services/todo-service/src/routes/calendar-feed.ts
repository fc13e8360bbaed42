import { createHash } from 'node:crypto';
import { Type } from 'typebox';
import { Problem } from '@rondo/shared/contracts/problem';
import { Count, DateTime, nullable } from '@rondo/shared/contracts/scalars';
import { invalidInput, notFound } from '@rondo/shared/errors';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { importCalendarFile } from '../commands/import-calendar-file.ts';
import { makeCalendarFeed } from '../commands/make-calendar-feed.ts';
import { revokeCalendarFeed } from '../commands/revoke-calendar-feed.ts';
import { findCalendarFeed } from '../queries/find-calendar-feed.ts';
import { readCalendar } from '../queries/read-calendar.ts';
import type { TodoContext } from '../context.ts';

const mediaType = 'text/calendar';
const mostBytes = 1024 * 1024;
const failures = { 401: Problem, 503: Problem };
const described = (summary: string) => ({ tags: ['calendar'], summary });

const Remark = Type.Object(
  { uid: nullable(Type.String()), summary: nullable(Type.String()), reason: Type.String() },
  { $id: 'ImportRemark' },
);
const ImportReport = Type.Object(
  {
    imported: Count,
    skipped: Type.Array(Remark, { description: 'entries that became no task' }),
    notes: Type.Array(Remark, { description: 'tasks that lack something of their entry' }),
  },
  { $id: 'ImportReport' },
);

/** Adds the way out to calendars, and the way in from them. */
export function addCalendarRoutes(app: HttpServer, ctx: TodoContext): void {
  addFeedRoutes(app, ctx);
  addCalendarFile(app, ctx);
  addImport(app, ctx);
}

/** The secret address, of which nothing but its hash is kept: it is told once, when it is made. */
function addFeedRoutes(app: HttpServer, ctx: TodoContext): void {
  app.post(
    '/api/v1/calendar-feed',
    {
      schema: {
        ...described('Make a secret address for calendars; it takes the place of the one before'),
        response: { 201: Type.Object({ path: Type.String(), created_at: DateTime }), ...failures },
      },
    },
    async ({ identity }, reply) => reply.code(201).send(await makeCalendarFeed(ctx, identity)),
  );
  app.get(
    '/api/v1/calendar-feed',
    {
      schema: {
        ...described('Whether there is a secret address: since when, or null'),
        response: { 200: Type.Object({ created_at: nullable(DateTime) }), ...failures },
      },
    },
    ({ identity }) => findCalendarFeed(ctx, identity),
  );
  app.delete(
    '/api/v1/calendar-feed',
    {
      schema: {
        ...described('Revoke the secret address'),
        response: { 204: Type.Null(), ...failures },
      },
    },
    async ({ identity }, reply) => {
      await revokeCalendarFeed(ctx, identity);
      return reply.code(204).send(null);
    },
  );
}

/** Who knows the address may read: calendars send no token. */
function addCalendarFile(app: HttpServer, ctx: TodoContext): void {
  app.get(
    '/calendar/:secret.ics',
    {
      config: { public: true },
      schema: {
        ...described('The tasks as iCalendar (RFC 5545)'),
        params: Type.Object({ secret: Type.String() }),
        produces: [mediaType],
        response: { 200: Type.String(), 304: Type.Null(), 404: Problem, 503: Problem },
      },
    },
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

function addImport(app: HttpServer, ctx: TodoContext): void {
  app.addContentTypeParser(mediaType, { parseAs: 'buffer' }, (_request, body: Buffer, done) => {
    try {
      done(null, new TextDecoder('utf-8', { fatal: true }).decode(body));
    } catch {
      done(invalidInput([{ field: 'body', message: 'is not UTF-8' }]));
    }
  });
  app.post(
    '/api/v1/calendar-import',
    {
      bodyLimit: mostBytes,
      schema: {
        ...described('Make tasks of the to-dos and events of an iCalendar file; a second time makes nothing'),
        consumes: [mediaType],
        body: Type.String(),
        response: { 200: ImportReport, 413: Problem, 415: Problem, 422: Problem, ...failures },
      },
    },
    ({ identity, trace, body }) => importCalendarFile(ctx, { identity, trace }, body),
  );
}

/** RFC 9110 section 13.1.2: any of a list, weak or strong; a proxy that compresses makes an ETag weak. */
function isKnown(etag: string, given: string | undefined): boolean {
  const known = given?.split(',').map((one) => one.trim().replace(/^W\//, '')) ?? [];
  return known.includes(etag) || known.includes('*');
}
