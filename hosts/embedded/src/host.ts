import { join } from 'node:path';
import { auditService } from '@rondo/audit-service/service';
import { startGateway, type ServiceName } from '@rondo/gateway/gateway';
import { openIssuer, type Issuer } from '@rondo/gateway/issuer';
import { notificationSecret } from '@rondo/shared/contracts/topics';
import { createLog } from '@rondo/shared/observability/log';
import {
  databaseSecret,
  databaseSecretKey,
  startService,
  type RunningService,
  type ServiceDefinition,
} from '@rondo/shared/service';
import { notificationService } from '@rondo/notification-service/service';
import { recurringTaskService } from '@rondo/recurring-task-service/service';
import { todoService } from '@rondo/todo-service/service';
import { websocketService } from '@rondo/websocket-service/service';
import { writeEndpoints } from '@rondo/host-common/endpoints';
import { portOr } from '@rondo/host-common/free-port';
import { lockInstance } from '@rondo/host-common/instance-lock';
import { openLogFile } from '@rondo/host-common/log-file';
import { notificationSecrets } from '@rondo/host-common/notification-secrets';
import { openPostgres } from '@rondo/host-common/open-postgres';
import { environmentOf, loopback, randomTokens } from '@rondo/host-common/service-environment';
import { resolvePorts, serviceNames, urlsOf } from '@rondo/host-common/service-ports';
import type { HostSettings } from '@rondo/host-common/settings';
import { rondoComponents } from '@rondo/host-common/components';
import { startRondoEmulator } from './emulator.ts';

const definitions: Record<ServiceName, ServiceDefinition> = {
  'todo-service': todoService,
  'audit-service': auditService,
  'websocket-service': websocketService,
  'notification-service': notificationService,
  'recurring-task-service': recurringTaskService,
};

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
 * broker, the services, and the gateway. Stops in the reverse order, each part ending what it has under way. Where
 * it all answers is written to `endpoints.json` of the data directory.
 * @throws StartError, one line that says what to do
 */
export async function startHost(settings: HostSettings): Promise<RunningHost> {
  await using opened = new AsyncDisposableStack();
  const lock = opened.use(await lockInstance(settings.data_dir));
  const logFile = opened.use(openLogFile(join(settings.data_dir, 'rondo.log')));
  const log = createLog('host', settings.log_level, logFile.destination);

  const postgres = opened.use(await openPostgres(settings, log));
  const issuer = await openIssuer(settings.data_dir);
  const gatewayPort = await portOr(settings.port);
  const ports = await resolvePorts(settings.services);
  const tokens = randomTokens();
  opened.use(
    await startRondoEmulator({
      apiToken: tokens.api_token,
      appToken: tokens.app_token,
      databaseUrl: postgres.url,
      host: loopback,
      apps: serviceNames.map((name) => ({
        appId: name,
        httpPort: ports[name].sidecar,
        appPort: ports[name].http,
      })),
      components: rondoComponents({
        [databaseSecret]: { [databaseSecretKey]: postgres.url },
        [notificationSecret]: await notificationSecrets(settings.data_dir, settings.smtp),
      }),
      log,
    }),
  );
  const gateway = opened.use(
    await startGateway({
      host: loopback,
      port: gatewayPort,
      port_variable: 'RONDO_PORT',
      jwks: issuer.jwks,
      services: urlsOf(ports),
    }),
  );
  const services = await Promise.all(
    serviceNames.map(async (name) => {
      const env = environmentOf(ports[name], {
        ...tokens,
        issuer,
        gateway: gateway.url,
        log_level: settings.log_level,
        allow_private_addresses: settings.allow_private_addresses,
        tracing: settings.tracing,
      });
      return opened.use(await startService(definitions[name], env, { logDestination: logFile.destination }));
    }),
  );
  await writeEndpoints(settings.data_dir, gateway.url, services);

  const resources = opened.move();
  const stop = () => resources.disposeAsync();
  return {
    url: gateway.url,
    services,
    issuer,
    log_file: logFile.path,
    recovered: postgres.recovered || lock.was_stale,
    database_gone: postgres.exited,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
