import { join } from 'node:path';
import { startGateway } from '@rondo/gateway/gateway';
import { openIssuer, type Issuer } from '@rondo/gateway/issuer';
import { notificationSecret } from '@rondo/shared/contracts/topics';
import { createLog } from '@rondo/shared/observability/log';
import { databaseSecret, databaseSecretKey, startService, type RunningService } from '@rondo/shared/service';
import { loadService } from '@rondo/shared/load-service';
import { writeEndpoints } from '@rondo/host-common/endpoints';
import { portOr } from '@rondo/host-common/free-port';
import { lockInstance } from '@rondo/host-common/instance-lock';
import { openLogFile } from '@rondo/host-common/log-file';
import { notificationSecrets } from '@rondo/host-common/notification-secrets';
import { openPostgres } from '@rondo/host-common/open-postgres';
import { environmentOf, loopback, randomTokens } from '@rondo/host-common/service-environment';
import { resolvePorts, urlsOf } from '@rondo/host-common/service-ports';
import type { HostSettings } from '@rondo/host-common/settings';
import { rondoComponents } from '@rondo/host-common/components';
import { startRondoEmulator } from './emulator.ts';

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
  const registry = await resolvePorts(settings.services);
  const tokens = randomTokens();
  opened.use(
    await startRondoEmulator({
      apiToken: tokens.api_token,
      appToken: tokens.app_token,
      databaseUrl: postgres.url,
      host: loopback,
      apps: registry.map(({ name, ports }) => ({
        appId: name,
        httpPort: ports.sidecar,
        appPort: ports.http,
      })),
      components: rondoComponents(
        {
          [databaseSecret]: { [databaseSecretKey]: postgres.url },
          [notificationSecret]: await notificationSecrets(settings.data_dir, settings.smtp),
        },
        registry,
      ),
      log,
    }),
  );
  const gateway = opened.use(
    await startGateway({
      host: loopback,
      port: gatewayPort,
      portVariable: 'RONDO_PORT',
      jwks: issuer.jwks,
      registry,
      services: urlsOf(registry),
    }),
  );
  const services = await Promise.all(
    registry.map(async (entry) => {
      const env = environmentOf(entry.ports, {
        ...tokens,
        issuer,
        gateway: gateway.url,
        log_level: settings.log_level,
        allow_private_addresses: settings.allow_private_addresses,
        tracing: settings.tracing,
      });
      const options = { entry, logDestination: logFile.destination };
      return opened.use(await startService(await loadService(entry), env, options));
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
