import type { AddressInfo } from 'node:net';
import httpProxy, { type FastifyHttpProxyOptions } from '@fastify/http-proxy';
import Fastify from 'fastify';
import type { JWK } from 'jose';
import type { WebSocket } from 'ws';
import { prepareDrain } from '@rondo/shared/http/drain';
import { addGatewayLimits } from '@rondo/shared/http/rate-limit-gateway';
import type { RateLimit } from '@rondo/shared/http/rate-limit';
import { portInUse } from '@rondo/shared/http/port-in-use';
import { serviceRegistry, type ServiceRegistry } from '@rondo/shared/service-registry';
import { allowOrigins } from './allow-origins.ts';
import { addPages, refuseUnknownPage } from './pages/add-pages.ts';

/** The URL of each service, by name. */
export type ServiceUrls = Record<string, string>;

export type GatewayOptions = {
  host: string;
  port: number;
  /** The environment variable of the port, for the error message. */
  portVariable?: string;
  jwks: { keys: JWK[] };
  registry?: ServiceRegistry;
  services: ServiceUrls;
  /** How long it keeps accepting requests after a stop, in milliseconds (0). */
  drainMs?: number;
  /** The origins whose pages may call the API from a browser, besides the gateway's own. */
  allowedOrigins?: string[];
  /** Of each token; an address has twice as much. No limit by default. */
  rateLimit?: RateLimit;
  /** A problem of the machine, such as a full disk. If there is one, `/health/ready` reports it with the status `degraded`. */
  problem?: () => string | undefined;
};

/** The close code of sockets when the server stops (RFC 6455 section 7.4.1). Clients reconnect. */
const goingAway = 1001;

/**
 * Starts the gateway, the only address that clients use. It proxies requests and sockets to the services, serves the
 * issuer's public keys, and reports the readiness of all services at `/health/ready`.
 * @throws AppError `port-in-use`
 */
export async function startGateway({
  host,
  port,
  portVariable = 'PORT',
  jwks,
  registry = serviceRegistry,
  services,
  drainMs = 0,
  allowedOrigins = [],
  rateLimit = { perSecond: 0, burst: 1 },
  problem = () => undefined,
}: GatewayOptions): Promise<AsyncDisposable & { url: string }> {
  const app = Fastify({ bodyLimit: 4 * 1024 * 1024, keepAliveTimeout: 75_000, return503OnClosing: false });
  const drain = prepareDrain(app);
  addGatewayLimits(app, rateLimit);
  const sockets = new Set<WebSocket>();
  app.addHook('preClose', (done) => {
    for (const socket of sockets) socket.close(goingAway);
    done();
  });
  const keepSocket = (_context: unknown, socket: WebSocket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  };
  app.get('/.well-known/jwks.json', (_request, reply) =>
    reply.header('cache-control', 'public, max-age=300').send(jwks),
  );
  app.get('/health', () => ({ status: 'ok', service: 'gateway' }));
  app.get('/health/ready', async (_request, reply) => {
    const readiness = withProblem(await readinessOf(services), problem());
    return reply.code(readiness.status === 'unavailable' ? 503 : 200).send(readiness);
  });
  app.setNotFoundHandler(refuseUnknownPage);
  await allowOrigins(app, allowedOrigins);
  await addPages(app);
  for (const { name, publicPaths, socketPaths = [] } of registry) {
    const upstream = services[name];
    if (upstream === undefined) throw new Error(`The gateway has no URL for ${name}.`);
    for (const prefix of publicPaths)
      await app.register(httpProxy, {
        ...proxyTo(name, upstream, prefix),
        ...(socketPaths.includes(prefix) ? { websocket: true, wsHooks: { onConnect: keepSocket } } : {}),
      });
  }
  try {
    await app.listen({ host, port, listenTextResolver: () => '' });
  } catch (error) {
    throw portInUse(error, port, `set ${portVariable} to another port`);
  }
  const bound = (app.server.address() as AddressInfo).port;
  return { url: `http://${host}:${bound}`, [Symbol.asyncDispose]: () => drain(drainMs) };
}

function proxyTo(service: string, upstream: string, prefix: string): FastifyHttpProxyOptions {
  return {
    upstream,
    prefix,
    rewritePrefix: prefix,
    disableRequestLogging: true,
    undici: { connections: 64, pipelining: 1, keepAliveTimeout: 60_000 },
    replyOptions: {
      rewriteRequestHeaders: (request, headers) => ({ ...headers, host: request.headers.host }),
      onError: (reply) => {
        const { request } = reply;
        reply.code(503).header('retry-after', '1').type('application/problem+json');
        reply.send(
          JSON.stringify({
            type: 'about:blank',
            title: 'Service Unavailable',
            status: 503,
            code: 'unavailable',
            detail: `${service} does not respond. Try again.`,
            instance: request.id,
          }),
        );
      },
    },
  };
}

type GatewayReadiness = { status: 'ready' | 'degraded' | 'unavailable'; services: Record<string, unknown> };

async function readinessOf(services: ServiceUrls): Promise<GatewayReadiness> {
  const answers = await Promise.all(
    Object.entries(services).map(async ([name, url]) => {
      try {
        const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(3_000) });
        return [name, (await response.json()) as { status: string }] as const;
      } catch {
        return [name, { status: 'unavailable' }] as const;
      }
    }),
  );
  const states = new Set(answers.map(([, { status }]) => status));
  const status = states.has('unavailable') ? 'unavailable' : states.has('degraded') ? 'degraded' : 'ready';
  return { status, services: Object.fromEntries(answers) };
}

function withProblem<Answer extends { status: string }>(readiness: Answer, problem: string | undefined) {
  if (problem === undefined) return readiness;
  return { ...readiness, status: readiness.status === 'ready' ? 'degraded' : readiness.status, problem };
}
