import type { AddressInfo } from 'node:net';
import type { TObject } from 'typebox';
import type { DestinationStream } from 'pino';
import { components } from './contracts/topics.ts';
import { systemClock, uuid7Ids, type Clock, type Ids } from './clock.ts';
import { baseSettings, parseEnvironment, type BaseSettings, type Environment } from './config.ts';
import { createDaprClient, type DaprClient } from './messaging/dapr-client.ts';
import { prepareDrain } from './http/drain.ts';
import { AppError } from './errors.ts';
import { addHealthRoutes, type DependencyCheck } from './http/health.ts';
import { createHttpServer, type HttpServer } from './http/http-server.ts';
import { createTokenVerifier, remoteKeys } from './http/identity.ts';
import { createLog, type Log } from './observability/log.ts';
import { createMetrics, serveMetrics, type Metrics } from './observability/metrics.ts';
import { awaitMigrations, migrate } from '@rondo/postgres/migrations';
import { portInUse } from './http/port-in-use.ts';
import { openTracing } from './observability/open-tracing.ts';
import type { Tracing } from './observability/tracing.ts';
import { untilSignal } from './until-signal.ts';

/** What the runtime gives a service to build itself from. */
export type ServiceContext = {
  settings: BaseSettings;
  log: Log;
  clock: Clock;
  ids: Ids;
  dapr: DaprClient;
  metrics: Metrics;
  tracing: Tracing;
};

/** Something that runs beside the routes: a relay, a purge. */
export type Worker = { start(): void; stop(): Promise<void> };

/** What a service is made of. `close` frees what `create` opened, after routes and workers have stopped. */
export type ServiceParts = {
  addRoutes: (app: HttpServer) => void;
  workers?: Worker[];
  checks?: DependencyCheck[];
  close?: () => Promise<void>;
};

export type ServiceDefinition = {
  name: string;
  description: string;
  /** The service's own schema of the shared database. Its URL is the secret `rondo-database`. */
  database?: { schema: string; migrations: string };
  /** Settings of this service beside the base ones, parsed from the same environment. */
  settings?: TObject;
  create(
    context: ServiceContext,
    databaseUrl: string,
    env: Environment,
  ): Promise<ServiceParts> | ServiceParts;
};

export type StartOptions = { clock?: Clock; ids?: Ids; logDestination?: DestinationStream };

export type RunningService = AsyncDisposable & {
  name: string;
  url: string;
  metrics_url: string;
  stop(): Promise<void>;
};

const sidecarPatienceMs = 60_000;
const migrationPatienceMs = 60_000;

/**
 * Starts a service: waits for its sidecar, reads its secrets, brings its schema up to date, serves its routes and
 * then starts its workers. `stop` stops the workers, answers what is under way and closes what was opened.
 * @throws AppError `invalid-configuration`, `sidecar-unavailable`, `secret-missing`, `port-in-use`; MigrationError
 */
export async function startService(
  definition: ServiceDefinition,
  env: Environment,
  options: StartOptions = {},
): Promise<RunningService> {
  const settings = parseEnvironment(baseSettings, env);
  const log = createLog(definition.name, settings.LOG_LEVEL, options.logDestination);
  const clock = options.clock ?? systemClock;
  const ids = options.ids ?? uuid7Ids;
  const dapr = createDaprClient({ endpoint: settings.DAPR_HTTP_ENDPOINT, token: settings.DAPR_API_TOKEN });
  const metrics = createMetrics(definition.name);
  await using opened = new AsyncDisposableStack();
  opened.use(dapr);
  const tracing = opened.use(
    await openTracing({
      service: definition.name,
      endpoint: settings.OTEL_EXPORTER_OTLP_ENDPOINT,
      ratio: settings.OTEL_TRACES_SAMPLER_ARG,
      log,
      metrics,
    }),
  );

  await sidecarIsUp(dapr, settings.DAPR_HTTP_ENDPOINT, log);
  const databaseUrl = await prepareDatabase(definition, { dapr, log, migrates: settings.MIGRATE_AT_START });
  const parts = await definition.create(
    { settings, log, clock, ids, dapr, metrics, tracing },
    databaseUrl,
    env,
  );
  if (parts.close) opened.defer(parts.close);

  const verifyToken = createTokenVerifier({
    issuer: settings.TOKEN_ISSUER,
    audience: settings.TOKEN_AUDIENCE,
    keys: remoteKeys(settings.JWKS_URL),
    now: () => clock.now().getTime(),
  });
  const app = await createHttpServer({
    service: definition.name,
    description: definition.description,
    log,
    ids,
    metrics,
    tracing,
    verifyToken,
  });
  const drain = prepareDrain(app);
  const checks: DependencyCheck[] = [
    {
      name: 'sidecar',
      is_required: false,
      check: async () => ({ status: (await dapr.isHealthy()) ? 'up' : 'down' }),
    },
    ...(parts.checks ?? []),
  ];
  addHealthRoutes(app, { service: definition.name, checks, metrics });
  parts.addRoutes(app);
  opened.defer(() => drain(settings.DRAIN_SECONDS * 1000));
  await listen(app, settings);
  const metricsServer = opened.use(
    await serveMetrics(metrics, { host: settings.HOST, port: settings.METRICS_PORT }),
  );
  for (const worker of parts.workers ?? []) {
    worker.start();
    opened.defer(() => worker.stop());
  }

  const resources = opened.move();
  const url = `http://${settings.HOST}:${(app.server.address() as AddressInfo).port}`;
  log.info({ url }, 'service started');
  const stop = async () => {
    await resources.disposeAsync();
    log.info('service stopped');
  };
  return {
    name: definition.name,
    url,
    metrics_url: `http://${settings.HOST}:${metricsServer.port}/metrics`,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** The whole of a service's `main.ts`: starts it from the process's environment and stops it on SIGTERM or SIGINT. */
export async function runService(definition: ServiceDefinition): Promise<void> {
  try {
    const stopped = untilSignal();
    const service = await startService(definition, process.env);
    await stopped;
    await service.stop();
  } catch (error) {
    process.stderr.write(`${definition.name}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

async function sidecarIsUp(dapr: DaprClient, endpoint: string, log: Log): Promise<void> {
  const deadline = performance.now() + sidecarPatienceMs;
  for (let attempt = 0; !(await dapr.isHealthy()); attempt += 1) {
    if (performance.now() > deadline) {
      throw new AppError(
        'sidecar-unavailable',
        `No Dapr sidecar answered at ${endpoint} within ${sidecarPatienceMs / 1000} s.`,
      );
    }
    if (attempt === 20) log.warn({ endpoint }, 'waiting for the sidecar');
    await new Promise((resolve) => setTimeout(resolve, attempt < 20 ? 25 : 500));
  }
}

async function prepareDatabase(
  { database, name }: ServiceDefinition,
  { dapr, log, migrates }: { dapr: DaprClient; log: Log; migrates: boolean },
): Promise<string> {
  if (!database) return '';
  const { [databaseSecretKey]: url } = await dapr.getSecret(components.secrets, databaseSecret);
  if (!url)
    throw new AppError('secret-missing', `The secret ${databaseSecret} has no entry ${databaseSecretKey}.`);
  const schema = { schema: database.schema, directory: database.migrations };
  if (!migrates) {
    await awaitMigrations(url, schema, migrationPatienceMs);
    return url;
  }
  const { applied } = await migrate(url, schema);
  if (applied.length > 0) log.info({ applied }, `${name} brought its schema up to date`);
  return url;
}

async function listen(app: HttpServer, { HOST, PORT }: BaseSettings): Promise<void> {
  try {
    await app.listen({ host: HOST, port: PORT, listenTextResolver: (address) => `listening at ${address}` });
  } catch (error) {
    throw portInUse(error, PORT, 'choose another with PORT');
  }
}

/** The secret, and its entry, that hold the PostgreSQL connection string. */
export const databaseSecret = 'rondo-database';
export const databaseSecretKey = 'connection-string';
