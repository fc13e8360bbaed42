import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { auditService } from '@rondo/audit-service/service';
import { startFrontDoor, type ServiceName } from '@rondo/front-door/front-door';
import { openIssuer, type Issuer } from '@rondo/front-door/issuer';
import { notificationSecret } from '@rondo/shared/contracts/topics';
import type { Environment } from '@rondo/shared/runtime/config';
import { createLog } from '@rondo/shared/runtime/log';
import {
  databaseSecret,
  databaseSecretKey,
  startService,
  type RunningService,
  type ServiceDefinition,
} from '@rondo/shared/runtime/service';
import { notificationService } from '@rondo/notification-service/service';
import { recurringTaskService } from '@rondo/recurring-task-service/service';
import { todoService } from '@rondo/todo-service/service';
import { websocketService } from '@rondo/websocket-service/service';
import { portOr } from './free-port.ts';
import { checkGivenDatabase } from './given-database.ts';
import { lockInstance } from './instance-lock.ts';
import { openLogFile } from './log-file.ts';
import { notificationSecrets } from './notification-secrets.ts';
import { startPostgres } from './postgres/start-postgres.ts';
import type { HostSettings, ServicePorts } from './settings.ts';
import { rondoComponents } from './sidecar/components.ts';
import { startEngine } from './sidecar/engine.ts';

const loopback = '127.0.0.1';

const definitions: Record<ServiceName, ServiceDefinition> = {
  'todo-service': todoService,
  'audit-service': auditService,
  'websocket-service': websocketService,
  'notification-service': notificationService,
  'recurring-task-service': recurringTaskService,
};
const names = Object.keys(definitions) as ServiceName[];

export type RunningHost = AsyncDisposable & {
  url: string;
  services: RunningService[];
  issuer: Issuer;
  log_file: string;
  /** The last run on this data directory was killed; PostgreSQL has recovered what was committed. */
  recovered: boolean;
  /** Resolves when PostgreSQL is gone, whether it was stopped or died by itself. */
  database_gone: Promise<void>;
  stop(): Promise<void>;
};

/**
 * Starts everything in this process: PostgreSQL (unless one is given), a sidecar for each service on one durable
 * broker, the services, and the front door. Stops in the reverse order, each part ending what it has under way. Where
 * it all answers is written to `endpoints.json` of the data directory.
 * @throws StartError, one line that says what to do
 */
export async function startHost(settings: HostSettings): Promise<RunningHost> {
  await using opened = new AsyncDisposableStack();
  const lock = opened.use(await lockInstance(settings.data_dir));
  const logFile = opened.use(openLogFile(join(settings.data_dir, 'rondo.log')));
  const log = createLog('host', settings.log_level, logFile.destination);

  const postgres =
    settings.database_url === undefined
      ? opened.use(await startPostgres({ data_dir: settings.data_dir, port: settings.postgres_port, log }))
      : await givenDatabase(settings.database_url);
  const issuer = await openIssuer(settings.data_dir);
  const frontDoorPort = await portOr(settings.port);
  const ports = await resolvePorts(settings.services);
  const tokens = { api_token: randomToken(), app_token: randomToken() };
  opened.use(
    await startEngine({
      ...tokens,
      database_url: postgres.url,
      host: loopback,
      apps: names.map((name) => ({
        app_id: name,
        http_port: ports[name].sidecar,
        app_port: ports[name].http,
      })),
      components: rondoComponents({
        [databaseSecret]: { [databaseSecretKey]: postgres.url },
        [notificationSecret]: await notificationSecrets(settings.data_dir, settings.smtp),
      }),
      log,
    }),
  );
  const frontDoor = opened.use(
    await startFrontDoor({
      host: loopback,
      port: frontDoorPort,
      jwks: issuer.jwks,
      services: urlsOf(ports),
    }),
  );
  const services = await Promise.all(
    names.map(async (name) => {
      const env = environmentOf(ports[name], tokens, issuer, {
        front_door: frontDoor.url,
        log_level: settings.log_level,
        allow_private_addresses: settings.allow_private_addresses,
        tracing: settings.tracing,
      });
      return opened.use(await startService(definitions[name], env, { logDestination: logFile.destination }));
    }),
  );
  await writeEndpoints(settings.data_dir, frontDoor.url, services);

  const resources = opened.move();
  const stop = () => resources.disposeAsync();
  return {
    url: frontDoor.url,
    services,
    issuer,
    log_file: logFile.path,
    recovered: postgres.recovered || lock.was_stale,
    database_gone: postgres.exited,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function givenDatabase(
  url: string,
): Promise<{ url: string; recovered: boolean; exited: Promise<void> }> {
  await checkGivenDatabase(url);
  return { url, recovered: false, exited: new Promise(() => undefined) };
}

/** What a service finds in its environment; in a cluster a manifest says the same. */
function environmentOf(
  ports: ServicePorts,
  { api_token, app_token }: { api_token: string; app_token: string },
  issuer: Issuer,
  given: Pick<HostSettings, 'log_level' | 'allow_private_addresses' | 'tracing'> & { front_door: string },
): Environment {
  return {
    HOST: loopback,
    PORT: String(ports.http),
    METRICS_PORT: String(ports.metrics),
    DAPR_HTTP_ENDPOINT: `http://${loopback}:${ports.sidecar}`,
    DAPR_API_TOKEN: api_token,
    APP_API_TOKEN: app_token,
    TOKEN_ISSUER: issuer.issuer,
    TOKEN_AUDIENCE: issuer.audience,
    JWKS_URL: `${given.front_door}/.well-known/jwks.json`,
    ALLOWED_ORIGINS: given.front_door,
    PUBLIC_URL: given.front_door,
    ALLOW_PRIVATE_ADDRESSES: String(given.allow_private_addresses),
    MAX_SOCKETS_PER_ADDRESS: '100000',
    LOG_LEVEL: given.log_level,
    OTEL_EXPORTER_OTLP_ENDPOINT: given.tracing.endpoint,
    OTEL_TRACES_SAMPLER_ARG: String(given.tracing.ratio),
  };
}

async function resolvePorts(services: HostSettings['services']): Promise<HostSettings['services']> {
  const resolved = await Promise.all(
    names.map(async (name) => {
      const [http, sidecar, metrics] = await Promise.all([
        portOr(services[name].http),
        portOr(services[name].sidecar),
        portOr(services[name].metrics),
      ]);
      return [name, { http, sidecar, metrics }] as const;
    }),
  );
  return Object.fromEntries(resolved) as HostSettings['services'];
}

function urlsOf(ports: HostSettings['services']): Record<ServiceName, string> {
  return Object.fromEntries(names.map((name) => [name, `http://${loopback}:${ports[name].http}`])) as Record<
    ServiceName,
    string
  >;
}

async function writeEndpoints(dataDir: string, url: string, services: RunningService[]): Promise<void> {
  const endpoints = {
    pid: process.pid,
    url,
    services: Object.fromEntries(services.map(({ name, url }) => [name, url])),
    metrics: Object.fromEntries(services.map(({ name, metrics_url }) => [name, metrics_url])),
  };
  await writeFile(join(dataDir, 'endpoints.json'), `${JSON.stringify(endpoints, undefined, 2)}\n`);
}

function randomToken(): string {
  return randomBytes(24).toString('base64url');
}
