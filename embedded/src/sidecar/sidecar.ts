import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Pool as DatabasePool } from 'pg';
import { Pool } from 'undici';
import { isSameSecret } from '@rondo/shared/runtime/identity';
import type { Log } from '@rondo/shared/runtime/log';
import type { Broker } from '../broker/broker.ts';
import { StartError } from '../start-error.ts';
import { componentsFor, defaultRetryPolicy, type Component, type RetryPolicy } from './components.ts';
import { DaprError } from './dapr-error.ts';
import { deliver } from './delivery.ts';
import { recordOf } from './envelope.ts';
import { addPublishRoutes } from './publish-routes.ts';
import { addSecretRoutes } from './secret-routes.ts';
import { addStateRoutes } from './state-routes.ts';
import type { DeclaredSubscription } from './subscription-list.ts';

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

const appPollMs = 25;
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
    bodyLimit: 4 * 1024 * 1024,
    keepAliveTimeout: 100_000,
    forceCloseConnections: true,
  });
  http.removeAllContentTypeParsers();
  http.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body.toString('latin1')),
  );
  http.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  http.addHook('onRequest', async (request, reply) => {
    if (request.url.startsWith('/v1.0/healthz') || isSameSecret(request.headers['dapr-api-token'], apiToken))
      return;
    return reply.code(401).type('text/plain').send('invalid api token');
  });
  http.setErrorHandler((error, _request, reply) => {
    const { status, errorCode, message } = error instanceof DaprError ? error : unexpected(error);
    const failedEntries =
      error instanceof Error && 'failedEntries' in error ? { failedEntries: error.failedEntries } : {};
    return reply.code(status).send({ ...failedEntries, errorCode, message, details: [] });
  });
  http.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ errorCode: 'ERR_METHOD_NOT_FOUND', message: 'not found', details: [] }),
  );

  http.get('/v1.0/healthz/outbound', (_request, reply) => reply.code(204).send());
  http.get('/v1.0/healthz', async (_request, reply) => {
    const isListening = await fetch(`http://${host}:${appPort}/`, {
      signal: AbortSignal.timeout(1_000),
    }).then(
      () => true,
      () => false,
    );
    if (isListening) return reply.code(204).send();
    throw new DaprError(500, 'ERR_HEALTH_NOT_READY', 'dapr is not ready: the app does not listen');
  });
  http.get('/v1.0/metadata', () => ({
    id: appId,
    runtimeVersion: 'embedded',
    components: components.map(({ name, type }) => ({ name, type, version: 'v1' })),
  }));
  addPublishRoutes(http, { appId, broker, components });
  addStateRoutes(http, { appId, pool: database, components });
  addSecretRoutes(http, { components });
  return http;
}

function unexpected(error: unknown): DaprError {
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  return new DaprError(status, status === 413 ? 'ERR_BODY_TOO_LARGE' : 'ERR_INTERNAL', String(error));
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

/** Reads the app's subscriptions as soon as it answers, joins their groups, and leaves them at the stop. */
async function consume(
  options: SidecarOptions,
  components: Component[],
  app: Pool,
  stopped: AbortSignal,
): Promise<void> {
  const subscriptions = await readSubscriptions(options, app, stopped);
  const leave: (() => Promise<void>)[] = [];
  for (const subscription of subscriptions) {
    const left = await join(subscription, options, components, app);
    if (left) leave.push(left);
  }
  if (!stopped.aborted)
    await new Promise((resolve) => stopped.addEventListener('abort', resolve, { once: true }));
  await Promise.all(leave.map((left) => left()));
}

async function readSubscriptions(
  { app_token: appToken, log }: SidecarOptions,
  app: Pool,
  stopped: AbortSignal,
): Promise<DeclaredSubscription[]> {
  while (!stopped.aborted) {
    try {
      const response = await app.request({
        method: 'GET',
        path: '/dapr/subscribe',
        headers: { 'dapr-api-token': appToken },
      });
      const text = await response.body.text();
      if (response.statusCode === 200) return JSON.parse(text) as DeclaredSubscription[];
      if (response.statusCode !== 404)
        log.error(
          { status: response.statusCode },
          'the app did not tell its subscriptions; it gets no events',
        );
      return [];
    } catch {
      await pause(appPollMs, undefined, { signal: stopped }).catch(() => undefined);
    }
  }
  return [];
}

async function join(
  subscription: DeclaredSubscription,
  options: SidecarOptions,
  components: Component[],
  app: Pool,
): Promise<(() => Promise<void>) | undefined> {
  const { app_id: appId, broker, log, retry = defaultRetryPolicy } = options;
  const { pubsubname, topic, bulkSubscribe } = subscription;
  const component = components.find(({ name }) => name === pubsubname);
  if (
    component?.type !== 'pubsub.kafka' ||
    component.subscription_scopes?.[appId]?.includes(topic) === false
  ) {
    log.error(
      { app_id: appId, pubsubname, topic },
      'the app may not subscribe to this topic of this component',
    );
    return undefined;
  }
  const isShared = component.consumer_group === '{appID}';
  const deliveryOptions = {
    subscription,
    app,
    app_token: options.app_token,
    retry,
    log,
    deadLetter: (record: { value: string; key: string | null }, deadLetterTopic: string) =>
      broker.append([
        recordOf({
          app_id: appId,
          pubsub: pubsubname,
          topic: deadLetterTopic,
          content_type: 'application/cloudevents+json',
          body: record.value,
          metadata: record.key === null ? {} : { partitionKey: record.key },
          traceparent: undefined,
        }),
      ]),
  };
  return broker.join(
    {
      group: isShared ? appId : `${appId}-${randomUUID()}`,
      initial_offset: component.initial_offset,
      is_durable: isShared,
    },
    {
      topic,
      mode: bulkSubscribe?.enabled
        ? {
            kind: 'bulk',
            max_records: bulkSubscribe.maxMessagesCount ?? 80,
            max_await_ms: bulkSubscribe.maxAwaitDurationMs ?? 10_000,
          }
        : { kind: 'single' },
      deliver: (records, signal) => deliver(records, deliveryOptions, signal),
    },
  );
}
