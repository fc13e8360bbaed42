import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { notFound } from '@rondo/shared/errors';
import { isKnownToClient, sendNotModified } from '@rondo/shared/http/conditional-get';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { zoneOf } from '@rondo/shared/zone-of-person';
import type { TodoContext } from '../../context.ts';
import { deleteObject } from '../commands/delete-object.ts';
import { putObject } from '../commands/put-object.ts';
import { useAppPassword } from '../commands/use-app-password.ts';
import { DavRefusal, refusedBy } from '../dav-refusal.ts';
import { propertiesResponse, refusedResponse } from '../multistatus.ts';
import { dav } from '../namespaces.ts';
import { isObjectName, nameInPath, pathOfObject, paths } from '../paths.ts';
import type { Preconditions } from '../preconditions.ts';
import { etagOf, fixedProperties, objectProperties } from '../properties.ts';
import { dayOf, memberByName } from '../queries/find-members.ts';
import { findObject } from '../queries/find-object.ts';
import { objectBytes, writeCollection, writeReport, type Reading } from '../queries/write-members.ts';
import { readPropfind, readPropertyUpdate, readReport } from '../requests.ts';
import { answerRefusals, sendMultistatus } from './send-multistatus.ts';
import { senderContext } from '../../routes/command-context.ts';
import { nameCommand, sendAnswer } from '../../routes/send.ts';

/** What a route of WebDAV is, in addition to its handler. None is part of the API document: OpenAPI knows only HTTP's methods. */
const schema = { hide: true };
const webdavMethods = ['PROPFIND', 'PROPPATCH', 'REPORT', 'MKCALENDAR'];
const compliance = '1, 3, calendar-access';
const objectPath = `${paths.collection}:name`;

type Handler = (request: FastifyRequest, reply: FastifyReply) => unknown;

/** Adds CalDAV (RFC 4791) for the tasks of a person. Clients sign in with an app password. */
export function addDavRoutes(app: HttpServer, ctx: TodoContext): void {
  for (const method of webdavMethods) app.addHttpMethod(method, { hasBody: true });
  // RFC 6764 section 5.
  app.route({
    method: ['GET', 'HEAD', 'OPTIONS', 'PROPFIND'],
    url: '/.well-known/caldav',
    config: { public: true },
    schema,
    handler: (_request, reply) => reply.redirect(paths.root, 301),
  });
  // The parsers and the form of errors hold for these paths only.
  void app.register(async (scope) => addScopedRoutes(scope as unknown as FastifyInstance, ctx));
}

function addScopedRoutes(app: FastifyInstance, ctx: TodoContext): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.setErrorHandler(answerRefusals);
  app.addHook('onRequest', async (_request, reply) => void reply.header('dav', compliance));
  const identify = (authorization: string | undefined) => useAppPassword(ctx, authorization);
  const add = (method: string, url: string, handler: Handler, config: FastifyContextConfig = { identify }) =>
    app.route({
      method,
      url,
      handler,
      config,
      schema,
      ...(method === 'PUT' ? { bodyLimit: objectBytes } : {}),
    });
  const addReading = (method: string, url: string, handler: Handler) =>
    add(method, url, handler, { identify, isRead: true });

  const answerOptions: Handler = (request, reply) =>
    reply.code(200).header('allow', allowedAt(request.url)).send();
  for (const url of ['/dav', '/dav/*']) add('OPTIONS', url, answerOptions, { public: true });
  for (const resource of ['root', 'principal', 'home'] as const)
    addReading('PROPFIND', paths[resource], (request, reply) =>
      sendMultistatus(request, reply, writeFixed(readingOf(ctx, request), request, resource)),
    );
  addReading('PROPFIND', paths.collection, (request, reply) => {
    const depth = depthOf(request);
    return sendMultistatus(
      request,
      reply,
      writeCollection(readingOf(ctx, request), readPropfind(textOf(request)), depth),
    );
  });
  addReading('REPORT', paths.collection, (request, reply) =>
    sendMultistatus(request, reply, writeReport(readingOf(ctx, request), readReport(textOf(request)))),
  );
  addReading('REPORT', '/dav/*', () => {
    throw new DavRefusal(403, 'Reports are on the collection.', { namespace: dav, name: 'supported-report' });
  });
  addReading('PROPFIND', '/dav/*', () => {
    throw notFound('resource');
  });
  add('PROPPATCH', '/dav/*', (request, reply) => {
    const [path = ''] = request.url.split('?', 1);
    return sendMultistatus(request, reply, one(refusedResponse(path, readPropertyUpdate(textOf(request)))));
  });
  add('MKCALENDAR', '/dav/*', () => {
    throw refusedBy(
      'calendar-collection-location-ok',
      'There is one collection, and no other can be created.',
    );
  });
  addObjectRoutes(ctx, add, addReading);
}

/** The methods of an address (RFC 9110 section 9.3.7). Some clients look for REPORT and PUT before they sync. */
function allowedAt(url: string): string {
  const [path = ''] = url.split('?', 1);
  const always = 'OPTIONS, PROPFIND, PROPPATCH, REPORT';
  return nameInPath(path) === undefined ? always : `${always}, GET, HEAD, PUT, DELETE`;
}

type Add = (method: string, url: string, handler: Handler) => unknown;

function addObjectRoutes(ctx: TodoContext, add: Add, addReading: Add): void {
  addReading('PROPFIND', objectPath, async (request, reply) => {
    depthOf(request, 0);
    const wanted = readPropfind(textOf(request));
    const name = nameOf(request);
    const reading = readingOf(ctx, request);
    const member = await memberByName({ ...reading, withTask: false }, name);
    if (!member) throw notFound('task');
    const properties = objectProperties(etagOf(member), undefined);
    return sendMultistatus(request, reply, one(propertiesResponse(pathOfObject(name), wanted, properties)));
  });
  addReading('GET', objectPath, async (request, reply) => {
    const found = await findObject(readingOf(ctx, request), nameOf(request));
    if (!found) throw notFound('task');
    reply.header('etag', found.etag).header('cache-control', 'private, no-cache');
    if (isKnownToClient(request, found.etag)) return sendNotModified(request, reply);
    return reply.type('text/calendar; charset=utf-8; component=VTODO').send(found.text);
  });
  add('PUT', objectPath, async (request, reply) => {
    const type = (request.headers['content-type'] ?? 'text/calendar').split(';', 1)[0]?.trim().toLowerCase();
    if (type !== 'text/calendar')
      throw refusedBy('supported-calendar-data', 'The body must be text/calendar.');
    const put = { name: nameOf(request), text: textOf(request), preconditions: preconditionsOf(request) };
    const { isNew, etag, commandId } = await putObject(ctx, senderContext(request), put);
    nameCommand(reply, commandId);
    if (etag !== undefined) reply.header('etag', etag);
    return reply.code(isNew ? 201 : 204).send();
  });
  add('DELETE', objectPath, async (request, reply) => {
    const target = { name: nameOf(request), preconditions: preconditionsOf(request) };
    return sendAnswer(reply, await deleteObject(ctx, senderContext(request), target));
  });
}

/** The resources above the collection. Each has the next one below it. */
async function* writeFixed(
  reading: Reading,
  request: FastifyRequest,
  resource: 'root' | 'principal' | 'home',
): AsyncGenerator<string> {
  const depth = depthOf(request);
  const wanted = readPropfind(textOf(request));
  yield propertiesResponse(paths[resource], wanted, fixedProperties[resource]);
  if (depth === 0) return;
  if (resource === 'root') yield propertiesResponse(paths.home, wanted, fixedProperties.home);
  if (resource === 'home') yield* writeCollection(reading, wanted, 0);
}

async function* one(piece: string): AsyncGenerator<string> {
  yield piece;
}

function readingOf({ reads, clock }: TodoContext, { identity }: FastifyRequest): Reading {
  const year = clock.now().getUTCFullYear();
  return {
    database: reads,
    workspaceId: identity.workspaceId,
    day: dayOf(clock),
    year,
    zone: zoneOf(identity),
  };
}

/** @throws DavRefusal 403 `propfind-finite-depth` (RFC 4918 section 9.1); without the header, the depth is infinite */
function depthOf({ headers }: FastifyRequest, missing?: 0 | 1): 0 | 1 {
  const { depth = missing === undefined ? 'infinity' : String(missing) } = headers;
  if (depth === '0') return 0;
  if (depth === '1') return 1;
  throw new DavRefusal(403, 'Depth must be 0 or 1.', { namespace: dav, name: 'propfind-finite-depth' });
}

/** @throws AppError 404 */
function nameOf({ params }: FastifyRequest): string {
  const { name } = params as { name: string };
  if (!isObjectName(name)) throw notFound('task');
  return name;
}

function preconditionsOf({ headers }: FastifyRequest): Preconditions {
  return { ifMatch: headers['if-match'], ifNoneMatch: headers['if-none-match'] };
}

/** @throws DavRefusal 400 if the body is not UTF-8 */
function textOf({ body }: FastifyRequest): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode((body as Buffer | undefined) ?? Buffer.alloc(0));
  } catch {
    throw new DavRefusal(400, 'The body is not UTF-8.');
  }
}
