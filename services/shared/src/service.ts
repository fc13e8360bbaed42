import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DestinationStream } from 'pino';
import { systemClock, uuid7Ids, type Clock, type Ids } from './clock.ts';
import { baseSettings, parseEnvironment, type BaseSettings, type Environment } from './config.ts';
import { components } from './contracts/topics.ts';
import { awaitMigrations, migrate } from '@rondo/postgres/migrations';
import { AppError } from './errors.ts';
import { diskCheck, watchFreeSpace } from './database/free-space.ts';
import { addDeadline } from './http/deadline.ts';
import { prepareDrain } from './http/drain.ts';
import { addHealthRoutes, type DependencyCheck } from './http/health.ts';
import { createHttpServer, type HttpServer } from './http/http-server.ts';
import { acceptInProcess } from './http/in-process.ts';
import { addLargeBodies } from './http/large-bodies.ts';
import { refuseWritesWhile } from './http/refuse-writes.ts';
import { createTokenVerifier, remoteKeys } from './http/token-verifier.ts';
import { portInUse } from './http/port-in-use.ts';
import { createDaprClient, type DaprClient } from './messaging/dapr-client.ts';
import { createLog, type Log } from './observability/log.ts';
import { createMetrics, serveMetrics } from './observability/metrics.ts';
import { openTracing } from './observability/open-tracing.ts';
import type { ServiceDefinition, ServiceRuntime } from './service-definition.ts';
import { findService, migrationsOf, type ServiceEntry } from './service-registry.ts';
import { untilSignal } from './until-signal.ts';

export type StartOptions = {
  clock?: Clock;
  ids?: Ids;
  logDestination?: DestinationStream;
  /** The service's entry in its registry. The default is the one with its name in `serviceRegistry`. */
  entry?: ServiceEntry;
};

export type RunningService = AsyncDisposable & {
  name: string;
  url: string;
  metricsUrl: string;
  /** Answers a request that another server of this process accepted, if its body was not read. */
  handle: RequestListener;
  stop(): Promise<void>;
};

const sidecarTimeoutMs = 60_000;
const migrationTimeoutMs = 60_000;

/**
 * Starts a service: waits for its sidecar, reads its secrets, migrates its schema, serves its routes, and then starts its
 * workers. `stop` stops the workers, answers the requests under way and closes what was opened.
 * @throws AppError `invalid-configuration`, `sidecar-unavailable`, `secret-missing`, `migration-…`, `port-in-use`
 */
export async function startService(
  definition: ServiceDefinition,
  env: Environment,
  options: StartOptions = {},
): Promise<RunningService> {
  const { entry = findService(definition.name) } = options;
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

  await waitForSidecar(dapr, settings.DAPR_HTTP_ENDPOINT, log);
  const database = await prepareDatabase(entry, { dapr, log, migrates: settings.MIGRATE_AT_START });
  const telemetry = { log, metrics, tracing };
  const parts = await definition.build({ settings, env, entry, database, dapr, clock, ids, telemetry });
  opened.defer(parts.close);

  const verifyToken = createTokenVerifier({
    issuer: settings.TOKEN_ISSUER,
    audience: settings.TOKEN_AUDIENCE,
    keys: remoteKeys(settings.JWKS_URL),
    maxLifetimeS: settings.TOKEN_MAX_LIFETIME_S,
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
    rateLimit: { perSecond: settings.RATE_LIMIT_PER_SECOND, burst: settings.RATE_LIMIT_BURST },
  });
  addDeadline(app);
  addLargeBodies(app);
  const drain = prepareDrain(app);
  const checks: DependencyCheck[] = [
    {
      name: 'sidecar',
      isRequired: false,
      check: async () => ({ status: (await dapr.isHealthy()) ? 'up' : 'down' }),
    },
    ...parts.checks,
  ];
  if (settings.DATABASE_DISK !== undefined) {
    const space = opened.use(watchFreeSpace(settings.DATABASE_DISK));
    refuseWritesWhile(app, space.isLow);
    checks.push(diskCheck(space));
  }
  addHealthRoutes(app, { service: definition.name, checks, metrics });
  parts.addRoutes(app);
  opened.defer(() => drain(settings.DRAIN_SECONDS * 1000));
  const inProcess = acceptInProcess(app);
  opened.defer(inProcess.untilIdle);
  await listen(app, settings);
  const metricsServer = opened.use(
    await serveMetrics(metrics, { host: settings.HOST, port: settings.METRICS_PORT }).catch(
      (error: unknown) => {
        throw portInUse(error, settings.METRICS_PORT, 'choose another with METRICS_PORT');
      },
    ),
  );
  for (const worker of parts.workers) {
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
    metricsUrl: `http://${settings.HOST}:${metricsServer.port}/metrics`,
    handle: inProcess.handle,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Runs a service in this process: starts it from the environment, and stops it on SIGTERM or SIGINT. */
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

async function waitForSidecar(dapr: DaprClient, endpoint: string, log: Log): Promise<void> {
  const deadline = performance.now() + sidecarTimeoutMs;
  for (let attempt = 0; !(await dapr.isHealthy()); attempt += 1) {
    if (performance.now() > deadline) {
      throw new AppError(
        'sidecar-unavailable',
        `No Dapr sidecar answered at ${endpoint} within ${sidecarTimeoutMs / 1000} s.`,
      );
    }
    if (attempt === 20) log.warn({ endpoint }, 'waiting for the sidecar');
    await new Promise((resolve) => setTimeout(resolve, attempt < 20 ? 25 : 500));
  }
}

async function prepareDatabase(
  entry: ServiceEntry,
  { dapr, log, migrates }: { dapr: DaprClient; log: Log; migrates: boolean },
): Promise<ServiceRuntime['database']> {
  const { schema } = entry;
  if (schema === undefined) return undefined;
  const { [databaseSecretKey]: url } = await dapr.getSecret(components.secrets, databaseSecretOf(entry.name));
  if (!url)
    throw new AppError(
      'secret-missing',
      `The secret ${databaseSecretOf(entry.name)} has no entry ${databaseSecretKey}.`,
    );
  for (const migrations of migrationsOf(entry)) {
    if (!migrates) {
      await awaitMigrations(url, migrations, migrationTimeoutMs);
      continue;
    }
    const { applied } = await migrate(url, migrations);
    if (applied.length > 0) log.info({ applied }, `${entry.name} migrated its schema`);
  }
  return { url, schema };
}

async function listen(app: HttpServer, { HOST, PORT }: BaseSettings): Promise<void> {
  try {
    await app.listen({ host: HOST, port: PORT, listenTextResolver: (address) => `listening at ${address}` });
  } catch (error) {
    throw portInUse(error, PORT, 'choose another with PORT');
  }
}

/** The name of the secret with the PostgreSQL connection string of a service. Its user has the rights of that service only. */
export function databaseSecretOf(service: string): string {
  return `rondo-database-${service}`;
}

/** The entry of the secret. */
export const databaseSecretKey = 'connection-string';
