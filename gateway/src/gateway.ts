import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import type { JWK } from 'jose';
import { methodAwareRefusal } from '@rondo/shared/http/allowed-methods';
import type { ProxyTrust } from '@rondo/shared/http/client-address';
import { endClosedRequests } from '@rondo/shared/http/closed-clients';
import { prepareDrain } from '@rondo/shared/http/drain';
import { addGatewayLimits } from '@rondo/shared/http/rate-limit-gateway';
import type { RateLimit } from '@rondo/shared/http/rate-limit';
import { portInUse } from '@rondo/shared/http/port-in-use';
import { requestDeadlines, type RequestDeadlines } from '@rondo/shared/http/request-deadlines';
import { defaultBodyLimit, serviceRegistry, type ServiceRegistry } from '@rondo/shared/service-registry';
import { allowOrigins } from './allow-origins.ts';
import type { GatewayLimits, ServiceUrls } from './config.ts';
import { limitConnections } from './connection-limit.ts';
import { answerErrors, refuseAmbiguousHost } from './errors.ts';
import { addPages, refuseUnknownPage } from './pages/add-pages.ts';
import { limitBodies } from './proxy/open-requests.ts';
import { proxyRequests } from './proxy/proxy-requests.ts';
import { addHealth } from './readiness.ts';
import { addSecurityHeaders } from './security-headers.ts';
import { createSocketProxy } from './sockets/proxy-sockets.ts';
import { createStalledReaders } from './stalled-readers.ts';

export type GatewayOptions = {
  host: string;
  port: number;
  /** The environment variable of the port, for the error message. */
  portVariable?: string;
  /** The issuer's public keys. */
  jwks: { keys: JWK[] };
  registry?: ServiceRegistry;
  services: ServiceUrls;
  /** The services that run in this process, by name. Their requests are handed over without a connection. */
  inProcess?: ReadonlyMap<string, RequestListener>;
  /** How long it keeps accepting requests after a stop, in milliseconds (0). */
  drainMs?: number;
  /** The origins whose pages may call the API from a browser, besides the gateway's own. */
  allowedOrigins?: string[];
  /** Of each token; an address has twice as much. No limit by default. */
  rateLimit?: RateLimit;
  /** A problem of the machine, such as a full disk. If there is one, `/health/ready` reports it with the status `degraded`. */
  problem?: () => string | undefined;
  /** Proxies in front of the gateway whose `X-Forwarded-*` headers count (none). */
  trustedProxies?: ProxyTrust;
  limits?: GatewayLimits;
  hstsSeconds?: number;
  deadlines?: Partial<GatewayDeadlines>;
  /** How many clients may leave unread what they asked for. */
  maxStalledReaders?: number;
};

/** In milliseconds. */
export type GatewayDeadlines = RequestDeadlines & {
  /** Without a byte in either direction during a request. */
  idleMs: number;
  /** Until a service begins its answer, and between its parts. */
  answerMs: number;
};

/** On one machine all clients have one address. */
const unlimited: GatewayLimits = {
  maxConnectionsPerAddress: 0,
  maxRequestsPerAddress: 0,
  maxRequests: 5_000,
};

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
  inProcess = new Map(),
  drainMs = 0,
  allowedOrigins = [],
  rateLimit = { perSecond: 0, burst: 1 },
  problem = () => undefined,
  trustedProxies: trust = () => false,
  limits = unlimited,
  hstsSeconds = 0,
  deadlines = {},
  maxStalledReaders,
}: GatewayOptions): Promise<AsyncDisposable & { url: string }> {
  const { idleMs = 60_000, answerMs = 30_000 } = deadlines;
  const readers = createStalledReaders(maxStalledReaders);
  const sockets = createSocketProxy(registry, { services, trust, answerMs, readers });
  const { http, ...requestLimits } = requestDeadlines(deadlines);
  const app = Fastify({
    ...requestLimits,
    http: { ...http, shouldUpgradeCallback: sockets.accepts },
    bodyLimit: defaultBodyLimit,
    connectionTimeout: idleMs,
    keepAliveTimeout: 75_000,
    return503OnClosing: false,
    trustProxy: trust,
    // Addresses that the router refuses: no error handler sees them.
    frameworkErrors: (error, request, reply) => void answerErrors(error, request, reply),
  });
  const drain = prepareDrain(app);
  endClosedRequests(app);
  app.setErrorHandler(answerErrors);
  app.setNotFoundHandler(methodAwareRefusal(app, refuseUnknownPage));
  addSecurityHeaders(app, hstsSeconds);
  app.addHook('onRequest', refuseAmbiguousHost);
  limitBodies(app);
  addGatewayLimits(app, rateLimit);
  const isExcess = limitConnections(app, { max: limits.maxConnectionsPerAddress, trust });
  await allowOrigins(app, allowedOrigins);
  sockets.addTo(app, isExcess);

  app.get('/.well-known/jwks.json', (_request, reply) =>
    reply.header('cache-control', 'public, max-age=300').send(jwks),
  );
  addHealth(app, { services, problem });
  await addPages(app);
  await app.register(proxyRequests, { registry, services, inProcess, limits, trust, answerMs, readers });
  try {
    await app.listen({ host, port, listenTextResolver: () => '' });
  } catch (error) {
    throw portInUse(error, port, `set ${portVariable} to another port`);
  }
  const bound = (app.server.address() as AddressInfo).port;
  return { url: `http://${host}:${bound}`, [Symbol.asyncDispose]: () => drain(drainMs) };
}
