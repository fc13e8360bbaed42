import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { Pool } from 'undici';
import { AppError } from '@rondo/shared/errors';
import type { ProxyTrust } from '@rondo/shared/http/client-address';
import { defaultBodyLimit, type ServiceEntry } from '@rondo/shared/service-registry';
import type { GatewayLimits } from '../config.ts';
import { limitLargeBodies, limitOpenRequests } from './open-requests.ts';
import { headersForClient, headersForService } from './proxy-headers.ts';

const methods: HTTPMethods[] = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

/** An answer holds its connection until its reader has it, so there are more of them than one client can hold. */
const connections = 1_024;
const connectTimeoutMs = 5_000;
const keepAliveTimeoutMs = 60_000;

export type ProxyOptions = {
  registry: readonly ServiceEntry[];
  /** The URL of each service, by name. */
  services: Record<string, string>;
  limits: GatewayLimits;
  trust: ProxyTrust;
  /** How long a service may take to begin an answer, and to continue it, in milliseconds. */
  answerMs: number;
};

/**
 * Passes the requests at the public paths of services on. The body of a request is read, up to its limit, before a
 * connection to the service is taken. Each request is sent once: it is for the client to repeat what fails.
 */
export async function proxyRequests(
  app: FastifyInstance,
  { registry, services, limits, trust, answerMs }: ProxyOptions,
): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.addHook('onRequest', limitOpenRequests({ limits, trust }));
  const limitMemory = limitLargeBodies({ limits, trust });
  for (const { name, publicPaths, bodyLimits = {} } of registry) {
    const pool = new Pool(urlOf(name, services), {
      connections,
      connect: { timeout: connectTimeoutMs },
      headersTimeout: answerMs,
      bodyTimeout: answerMs,
      keepAliveTimeout: keepAliveTimeoutMs,
    });
    app.addHook('onClose', () => pool.destroy());
    const paths = new Set([
      ...publicPaths.flatMap((path) => [path, `${path}/*`]),
      ...Object.keys(bodyLimits),
    ]);
    for (const url of paths)
      app.route({
        method: methods,
        url,
        bodyLimit: bodyLimits[url] ?? defaultBodyLimit,
        ...(url in bodyLimits ? { onRequest: limitMemory } : {}),
        handler: (request, reply) => passOn(pool, name, request, reply),
      });
  }
}

/** @throws Error if the gateway has no URL for the service */
export function urlOf(service: string, services: Record<string, string>): string {
  const url = services[service];
  if (url === undefined) throw new Error(`The gateway has no URL for ${service}.`);
  return url;
}

async function passOn(
  pool: Pool,
  service: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  const { statusCode, headers, body } = await pool
    .request({
      path: pathOf(request.raw.url ?? ''),
      method: request.method,
      headers: headersForService(request),
      body: (request.body as Buffer | undefined) ?? null,
      signal: gone.signal,
    })
    .catch((error: unknown) => {
      throw failureOf(service, error);
    });
  return reply.code(statusCode).headers(headersForClient(headers)).send(body);
}

/** The path and query of a request target, which may be absolute (RFC 9112 section 3.2.2). */
function pathOf(target: string): string {
  return target.startsWith('/') ? target : target.replace(/^[a-z]+:\/\/[^/?]*(?=\/|$)/i, '') || '/';
}

function failureOf(service: string, cause: unknown): AppError {
  const isInvalid = cause instanceof Error && 'code' in cause && cause.code === 'UND_ERR_INVALID_ARG';
  if (isInvalid) return new AppError('bad-request', 'The address or a header is not valid HTTP.', { cause });
  return noAnswerOf(service, cause);
}

/** 503: a service can't be reached, or does not answer in time. */
export function noAnswerOf(service: string, cause?: unknown): AppError {
  return new AppError('unavailable', `${service} does not respond. Try again.`, {
    cause,
    headers: { 'retry-after': '1' },
  });
}
