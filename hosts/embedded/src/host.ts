import { join } from 'node:path';
import { auditService } from '@rondo/audit-service/service';
import { startGateway, type ServiceName } from '@rondo/gateway/gateway';
import type { Issuer } from '@rondo/gateway/issuer';
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
import { allOrError } from '@rondo/host-common/all-or-error';
import { watchDisk } from '@rondo/host-common/disk-watch';
import { writeEndpoints } from '@rondo/host-common/endpoints';
import { portOr } from '@rondo/host-common/free-port';
import { openInstallationKeys } from '@rondo/host-common/installation-keys';
import { lockInstance } from '@rondo/host-common/instance-lock';
import { openLogFile } from '@rondo/host-common/log-file';
import { openPostgres } from '@rondo/host-common/open-postgres';
import { checkPorts, plannedPorts } from '@rondo/host-common/planned-ports';
import { environmentOf, loopback, randomTokens } from '@rondo/host-common/service-environment';
import { resolvePorts, serviceNames, urlsOf } from '@rondo/host-common/service-ports';
import type { HostSettings } from '@rondo/host-common/settings';
import { rondoComponents } from '@rondo/dapr-emulator/sidecar/components';
import { startEngine } from '@rondo/dapr-emulator/emulator';

const definitions: Record<ServiceName, ServiceDefinition> = {
  'todo-service': todoService,
  'audit-service': auditService,
  'websocket-service': websocketService,
  'notification-service': notificationService,
  'recurring-task-service': recurringTaskService,
};

export type EmbeddedHost = AsyncDisposable & {
  url: string;
  services: RunningService[];
  issuer: Issuer;
  /** The log file of everything in this process. */
  logs: string;
  /** The last run on this data directory was killed. PostgreSQL has recovered what was committed. */
  recovered: boolean;
  /** Resolves when PostgreSQL has ended, whether it was stopped or crashed. */
  databaseGone: Promise<void>;
  stop(): Promise<void>;
};

/**
 * Starts everything in this process: PostgreSQL (unless one is given), a sidecar for each service on one durable
 * broker, the services, and the gateway. Stops in the reverse order; each part completes its work in progress. The
 * addresses are written to `endpoints.json` of the data directory.
 * @param say prints a line in the terminal
 * @throws StartError: one line that says what to do
 */
export async function startEmbeddedHost(
  settings: HostSettings,
  say: (line: string) => void,
): Promise<EmbeddedHost> {
  await using opened = new AsyncDisposableStack();
  const lock = opened.use(await lockInstance(settings.data_dir));
  await checkPorts(plannedPorts(settings));
  const logFile = opened.use(openLogFile(join(settings.data_dir, 'rondo.log')));
  const log = createLog('host', settings.log_level, logFile.destination);
  const disk = opened.use(watchDisk(settings.data_dir, { say, log }));

  const postgres = opened.use(await openPostgres(settings, log));
  const keys = await openInstallationKeys(settings, postgres.url);
  const gatewayPort = await portOr(settings.port);
  const ports = await resolvePorts(settings.services);
  const tokens = randomTokens();
  opened.use(
    await startEngine({
      ...tokens,
      database_url: postgres.url,
      host: loopback,
      apps: serviceNames.map((name) => ({
        app_id: name,
        http_port: ports[name].sidecar,
        app_port: ports[name].http,
      })),
      components: rondoComponents({
        [databaseSecret]: { [databaseSecretKey]: postgres.url },
        [notificationSecret]: keys.notification,
      }),
      log,
    }),
  );
  const gateway = opened.use(
    await startGateway({
      host: loopback,
      port: gatewayPort,
      port_variable: 'RONDO_PORT',
      jwks: keys.issuer.jwks,
      services: urlsOf(ports),
      problem: disk.problem,
    }),
  );
  const services = await allOrError(
    serviceNames.map(async (name) => {
      const env = environmentOf(ports[name], {
        ...tokens,
        issuer: keys.issuer,
        gateway: gateway.url,
        log_level: settings.log_level,
        allow_private_addresses: settings.allow_private_addresses,
        tracing: settings.tracing,
      });
      return opened.use(await startService(definitions[name], env, { logDestination: logFile.destination }));
    }),
  );
  disk.start();
  await writeEndpoints(settings.data_dir, gateway.url, services);

  const resources = opened.move();
  const stop = () => resources.disposeAsync();
  return {
    url: gateway.url,
    services,
    issuer: keys.issuer,
    logs: logFile.path,
    recovered: postgres.recovered || lock.wasStale,
    databaseGone: postgres.exited,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
