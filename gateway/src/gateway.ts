import type { AddressInfo } from 'node:net';
import httpProxy, { type FastifyHttpProxyOptions } from '@fastify/http-proxy';
import Fastify from 'fastify';
import type { JWK } from 'jose';
import type { WebSocket } from 'ws';
import { prepareDrain } from '@rondo/shared/http/drain';
import { refuseUnknownRoute } from '@rondo/shared/http/problem-details';
import { portInUse } from '@rondo/shared/http/port-in-use';

export type ServiceName =
  | 'todo-service'
  | 'audit-service'
  | 'websocket-service'
  | 'notification-service'
  | 'recurring-task-service';

/** Where each service answers. */
export type ServiceUrls = Record<ServiceName, string>;

/** Which service answers under which path; the Ingress of a cluster says the same. */
export const servicePaths: Record<ServiceName, string[]> = {
  'todo-service': [
    '/api/v1/tasks',
    '/api/v1/undo',
    '/api/v1/lists',
    '/api/v1/labels',
    '/api/v1/changes',
    '/api/v1/snapshot',
    '/api/v1/calendar-feed',
    '/api/v1/calendar-import',
    '/calendar',
    '/docs',
    '/openapi.json',
  ],
  'audit-service': ['/api/v1/audit'],
  'websocket-service': ['/api/v1/ws-tickets', '/api/v1/connections', '/ws'],
  'notification-service': [
    '/api/v1/notifications',
    '/api/v1/notification-settings',
    '/api/v1/channels',
    '/api/v1/deliveries',
    '/api/v1/push-key',
    '/unsubscribe',
    '/confirm',
  ],
  'recurring-task-service': ['/api/v1/schedules'],
};

export type GatewayOptions = {
  host: string;
  port: number;
  /** The variable that the port was read from: an error names it. */
  port_variable?: string;
  jwks: { keys: JWK[] };
  services: ServiceUrls;
  /** How long it goes on accepting when it is stopped; by default not at all. */
  drain_ms?: number;
  /** A problem of the machine, such as a full disk. It is shown at `/health/ready`, whose status is then `degraded`. */
  problem?: () => string | undefined;
};

/** The code of a socket that is closed because its server goes away (RFC 6455 section 7.4.1): clients come back. */
const goingAway = 1001;

/**
 * The one address that people use: passes requests and sockets on to the services, serves the issuer's public keys,
 * and tells at `/health/ready` how every service is.
 * @throws AppError `port-in-use`
 */
export async function startGateway({
  host,
  port,
  port_variable: portVariable = 'PORT',
  jwks,
  services,
  drain_ms: drainMs = 0,
  problem = () => undefined,
}: GatewayOptions): Promise<AsyncDisposable & { url: string }> {
  const app = Fastify({ bodyLimit: 4 * 1024 * 1024, keepAliveTimeout: 75_000, return503OnClosing: false });
  const drain = prepareDrain(app);
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
  app.setNotFoundHandler(refuseUnknownRoute);
  for (const [service, prefixes] of Object.entries(servicePaths) as [ServiceName, string[]][])
    for (const prefix of prefixes)
      await app.register(httpProxy, {
        ...proxyTo(service, services[service], prefix),
        ...(prefix === '/ws' ? { websocket: true, wsHooks: { onConnect: keepSocket } } : {}),
      });
  try {
    await app.listen({ host, port, listenTextResolver: () => '' });
  } catch (error) {
    throw portInUse(error, port, `set ${portVariable} to another one`);
  }
  const bound = (app.server.address() as AddressInfo).port;
  return { url: `http://${host}:${bound}`, [Symbol.asyncDispose]: () => drain(drainMs) };
}

function proxyTo(service: ServiceName, upstream: string, prefix: string): FastifyHttpProxyOptions {
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
            detail: `${service} does not answer. Try again.`,
            instance: request.id,
          }),
        );
      },
    },
  };
}

type HostReadiness = { status: 'ready' | 'degraded' | 'unavailable'; services: Record<string, unknown> };

async function readinessOf(services: Record<string, string>): Promise<HostReadiness> {
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
