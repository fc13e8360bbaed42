import type { RequestListener } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { Pool } from 'undici';
import { AppError } from '@rondo/shared/errors';
import type { ProxyTrust } from '@rondo/shared/http/client-address';
import { signalOfClient } from '@rondo/shared/http/closed-clients';
import { noAnswerTo } from '@rondo/shared/http/no-answer';
import { defaultBodyLimit, type ServiceEntry } from '@rondo/shared/service-registry';
import type { GatewayLimits } from '../config.ts';
import { limitOpenRequests } from './open-requests.ts';
import type { StalledReaders } from '../stalled-readers.ts';
import { handOverTo } from './hand-over.ts';
import { lengthOf, receiveIntoFiles, type ReceivedBody } from './large-bodies.ts';
import { headersForClient, headersForService } from './proxy-headers.ts';
import { pathOf } from './request-target.ts';

const methods: HTTPMethods[] = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];
/** RFC 4918, 3253 and 4791. */
const webdavMethods = ['PROPFIND', 'PROPPATCH', 'REPORT', 'MKCALENDAR'];

/** An answer holds its connection until its reader has it, so there are more of them than one client can hold. */
const connections = 1_024;
const connectTimeoutMs = 5_000;
const keepAliveTimeoutMs = 60_000;
/** How much longer the gateway waits for an answer than a service may take at paths that have a time of their own. */
const longerMs = 5_000;

export type ProxyOptions = {
  registry: readonly ServiceEntry[];
  /** The URL of each service, by name. */
  services: Record<string, string>;
  inProcess: ReadonlyMap<string, RequestListener>;
  limits: GatewayLimits;
  trust: ProxyTrust;
  /** How long a service may take to begin an answer, and to continue it, in milliseconds. */
  answerMs: number;
  readers: StalledReaders;
};

/**
 * Passes the requests at the public paths of services on: to a service in this process before the body is read, which the service
 * does. Otherwise the body is read, up to its limit and a large one into a file, before a connection to the service is taken. Each request is sent once: it is for the client to repeat what fails.
 */
export async function proxyRequests(
  app: FastifyInstance,
  { registry, services, inProcess, limits, trust, answerMs, readers }: ProxyOptions,
): Promise<void> {
  for (const method of webdavMethods) app.addHttpMethod(method, { hasBody: true });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.addHook('onRequest', limitOpenRequests({ limits, trust }));
  for (const {
    name,
    publicPaths,
    bodyLimits = {},
    answerMs: answerMsAt = {},
    webdavPaths = [],
  } of registry) {
    const pool = new Pool(urlOf(name, services), {
      connections,
      connect: { timeout: connectTimeoutMs },
      bodyTimeout: answerMs,
      keepAliveTimeout: keepAliveTimeoutMs,
    });
    app.addHook('onClose', () => pool.destroy());
    const handOver = handOverTo(() => inProcess.get(name));
    const headersTimeoutAt = (url: string) =>
      answerMsAt[url] === undefined ? answerMs : answerMsAt[url] + longerMs;
    const addRoute = (scope: FastifyInstance, url: string) =>
      scope.route({
        method: isBelow(url, webdavPaths) ? [...methods, ...webdavMethods] : methods,
        url,
        bodyLimit: bodyLimits[url] ?? defaultBodyLimit,
        onRequest: handOver,
        handler: (request, reply) =>
          passOn({ pool, service: name, readers, headersTimeout: headersTimeoutAt(url) }, request, reply),
      });
    for (const url of publicPaths.flatMap((path) => [path, `${path}/*`]))
      if (bodyLimits[url] === undefined) addRoute(app, url);
    await app.register(async (scope) => {
      receiveIntoFiles(scope);
      for (const url of Object.keys(bodyLimits)) addRoute(scope, url);
    });
  }
}

function isBelow(url: string, paths: string[]): boolean {
  return paths.some((path) => url === path || url.startsWith(`${path}/`));
}

/** @throws Error if the gateway has no URL for the service */
export function urlOf(service: string, services: Record<string, string>): string {
  const url = services[service];
  if (url === undefined) throw new Error(`The gateway has no URL for ${service}.`);
  return url;
}

async function passOn(
  {
    pool,
    service,
    readers,
    headersTimeout,
  }: { pool: Pool; service: string; readers: StalledReaders; headersTimeout: number },
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const received = request.body as ReceivedBody | undefined;
  const { statusCode, headers, body } = await pool
    .request({
      path: pathOf(request.raw.url ?? ''),
      method: request.method,
      headers: { ...headersForService(request), ...lengthOf(received) },
      body: received ?? null,
      headersTimeout,
      signal: signalOfClient(reply.raw),
    })
    .catch((error: unknown) => {
      throw failureOf(service, request, error);
    });
  readers.watch(body, reply.raw);
  return reply.code(statusCode).headers(headersForClient(headers)).send(body);
}

/** No connection was made, so the service has no request. */
const unsent = /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT)$/;

function failureOf(service: string, request: FastifyRequest, cause: unknown): AppError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (code === 'UND_ERR_INVALID_ARG')
    return new AppError('bad-request', 'The address or a header is not valid HTTP.', { cause });
  return unsent.test(code) ? noAnswerOf(service, cause) : noAnswerTo(request, service, cause);
}

/** 503: a service can't be reached. */
export function noAnswerOf(service: string, cause?: unknown): AppError {
  return new AppError('unavailable', `${service} does not respond. Try again.`, {
    cause,
    headers: { 'retry-after': '1' },
  });
}
