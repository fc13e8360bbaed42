import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Pool as DatabasePool } from 'pg';
import { Pool } from 'undici';
import { isSameSecret } from '@rondo/shared/http/identity';
import type { Log } from '@rondo/shared/observability/log';
import type { Broker } from '../broker/broker.ts';
import { StartError } from '@rondo/host-common/start-error';
import { componentsFor, type Component, type RetryPolicy } from './components.ts';
import { consume } from './delivery/consume.ts';
import { DaprError, unknownPath, wordsOf } from './dapr-error.ts';
import { addPublishRoutes } from './publish/routes.ts';
import { takeBodiesAsBytes } from './request-body.ts';
import { addSecretRoutes } from './secret-routes.ts';
import { addStateRoutes } from './state/routes.ts';

export type SidecarOptions = {
  app_id: string;
  host: string;
  http_port: number;
  app_port: number;
  /** What the app shows to the sidecar, and the sidecar to the app (both in `dapr-api-token`). */
  api_token: string;
  app_token: string;
  broker: Broker;
  database: DatabasePool;
  components: Component[];
  retry?: RetryPolicy;
  log: Log;
};

export type Sidecar = AsyncDisposable & { url: string };

const deliveryTimeoutMs = 60_000;

/**
 * A sidecar that speaks the part of Dapr's HTTP API (1.18) that Rondo uses: publish, bulk publish, subscriptions, state,
 * secrets, health. It is ready before its app listens, reads the app's subscriptions once, and delivers until it stops.
 * @throws StartError when its port is in use
 */
export async function startSidecar(options: SidecarOptions): Promise<Sidecar> {
  const components = componentsFor(options.app_id, options.components);
  const http = createApi(options, components);
  await listen(http, options);
  const stopping = new AbortController();
  const app = new Pool(`http://${options.host}:${options.app_port}`, {
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

function createApi(
  { app_id: appId, api_token: apiToken, app_port: appPort, host, broker, database }: SidecarOptions,
  components: Component[],
): FastifyInstance {
  const http = Fastify({
    keepAliveTimeout: 100_000,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true },
  });
  takeBodiesAsBytes(http);
  http.addHook('onRequest', async (request, reply) => {
    if (request.url.startsWith('/v1.0/healthz') || isSameSecret(request.headers['dapr-api-token'], apiToken))
      return;
    return reply.code(401).type('text/plain; charset=utf-8').send('invalid api token\n');
  });
  // Dapr names no charset for JSON, Fastify always does.
  http.addHook('onSend', (_request, reply, payload, done) => {
    const type = reply.getHeader('content-type');
    if (typeof type === 'string' && type.startsWith('application/json'))
      void reply.header('content-type', 'application/json');
    done(null, payload);
  });
  http.setErrorHandler((error, _request, reply) => {
    const { status, errorCode, message, details } = error instanceof DaprError ? error : unexpected(error);
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

function unexpected(error: unknown): DaprError {
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  return new DaprError(status, 'ERR_INTERNAL', wordsOf(error));
}

async function listen(
  http: FastifyInstance,
  { host, http_port: port, app_id: appId }: SidecarOptions,
): Promise<void> {
  try {
    await http.listen({ host, port, listenTextResolver: () => '' });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      throw new StartError(
        `Port ${port} (sidecar of ${appId}) is in use: stop what listens there, or move Rondo with RONDO_PORT.`,
        { cause: error },
      );
    }
    throw error;
  }
}
