import { timingSafeEqual } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Pool as DatabasePool } from 'pg';
import { Pool } from 'undici';
import type { Broker } from '../broker/broker.ts';
import { EmulatorError } from '../emulator-error.ts';
import type { Log } from '../log.ts';
import { componentsFor, type Component, type RetryPolicy } from './components.ts';
import { DaprError, messageOf, unknownPath } from './dapr-error.ts';
import { consume } from './delivery/consume.ts';
import { addPublishRoutes } from './publish/routes.ts';
import { parseBodiesAsBytes } from './request-body.ts';
import { addSecretRoutes } from './secret-routes.ts';
import { addStateRoutes } from './state/routes.ts';

export type SidecarOptions = {
  appId: string;
  /** The address of the sidecar and of the app. */
  host: string;
  httpPort: number;
  appPort: number;
  /** The token of the app for the sidecar, and of the sidecar for the app, both in `dapr-api-token`. */
  apiToken: string;
  appToken: string;
  broker: Broker;
  database: DatabasePool;
  components: Component[];
  retry?: RetryPolicy;
  log: Log;
};

export type Sidecar = AsyncDisposable & { url: string };

const deliveryTimeoutMs = 60_000;

/**
 * Starts a sidecar with a part of Dapr's HTTP API (1.18): publish, bulk publish, subscriptions, state, secrets, health. It
 * is ready before its app listens, reads the app's subscriptions once, and delivers until it is disposed.
 * @throws EmulatorError `port-in-use`
 */
export async function startSidecar(options: SidecarOptions): Promise<Sidecar> {
  const components = componentsFor(options.appId, options.components);
  const http = createApi(options, components);
  await listen(http, options);
  const stopping = new AbortController();
  const app = new Pool(`http://${options.host}:${options.appPort}`, {
    connections: 32,
    headersTimeout: deliveryTimeoutMs,
    bodyTimeout: deliveryTimeoutMs,
  });
  const consuming = consume(options, components, app, stopping.signal);
  return {
    url: `http://${options.host}:${(http.server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await consuming;
      await http.close();
      await app.destroy();
    },
  };
}

function createApi(options: SidecarOptions, components: Component[]): FastifyInstance {
  const { appId, apiToken, appPort, host, broker, database } = options;
  const http = Fastify({
    keepAliveTimeout: 100_000,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true },
  });
  parseBodiesAsBytes(http);
  const isToken = tokenCheck(apiToken);
  http.addHook('onRequest', async (request, reply) => {
    if (request.url.startsWith('/v1.0/healthz') || isToken(request.headers['dapr-api-token'])) return;
    return reply.code(401).type('text/plain; charset=utf-8').send('invalid api token\n');
  });
  // Fastify adds a charset to JSON, Dapr does not.
  http.addHook('onSend', (_request, reply, payload, done) => {
    const type = reply.getHeader('content-type');
    if (typeof type === 'string' && type.startsWith('application/json'))
      void reply.header('content-type', 'application/json');
    done(null, payload);
  });
  http.setErrorHandler((error, _request, reply) => {
    const { status, errorCode, message, details } =
      error instanceof DaprError ? error : unexpectedError(error);
    return reply.code(status).send({ errorCode, message, ...(details ? { details } : {}) });
  });
  http.setNotFoundHandler(() => {
    throw unknownPath();
  });

  addHealthRoutes(http, { appId, appUrl: `http://${host}:${appPort}/` });
  http.get('/v1.0/metadata', () => ({
    id: appId,
    runtimeVersion: 'embedded',
    components: components.map(({ name, type }) => ({
      name,
      type,
      version: type === 'state.postgresql' ? 'v2' : 'v1',
    })),
    appConnectionProperties: { port: appPort, protocol: 'http', channelAddress: host },
  }));
  addPublishRoutes(http, { appId, broker, components });
  addStateRoutes(http, { appId, pool: database, components });
  addSecretRoutes(http, { components });
  return http;
}

/** Compares a token in constant time. */
function tokenCheck(token: string): (given: unknown) => boolean {
  const expected = Buffer.from(token);
  return (given) => {
    const bytes = Buffer.from(typeof given === 'string' ? given : '');
    return bytes.length === expected.length && timingSafeEqual(bytes, expected);
  };
}

function addHealthRoutes(http: FastifyInstance, { appId, appUrl }: { appId: string; appUrl: string }): void {
  http.get('/v1.0/healthz/outbound', (_request, reply) => reply.code(204).send());
  http.get<{ Querystring: { appid?: string } }>('/v1.0/healthz', async ({ query }, reply) => {
    const isListening = await fetch(appUrl, { signal: AbortSignal.timeout(1_000) }).then(
      () => true,
      () => false,
    );
    if (!isListening) throw new DaprError(500, 'ERR_HEALTH_NOT_READY', 'dapr is not ready: [app]');
    if (query.appid !== undefined && query.appid !== appId)
      throw new DaprError(500, 'ERR_HEALTH_APPID_NOT_MATCH', 'dapr app-id does not match');
    return reply.code(204).send();
  });
}

function unexpectedError(error: unknown): DaprError {
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  return new DaprError(status, 'ERR_INTERNAL', messageOf(error));
}

async function listen(http: FastifyInstance, { host, httpPort: port, appId }: SidecarOptions): Promise<void> {
  try {
    await http.listen({ host, port, listenTextResolver: () => '' });
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE')
      throw new EmulatorError('port-in-use', `Port ${port} (sidecar of ${appId}) is in use.`, { cause });
    throw cause;
  }
}
