import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import type { Issuer } from '@rondo/gateway/issuer';
import { createLog } from '@rondo/shared/observability/log';
import { startService, type RunningService } from '@rondo/shared/service';
import { loadService } from '@rondo/shared/load-service';
import { allOrError } from '@rondo/host-common/all-or-error';
import { watchDisk } from '@rondo/host-common/disk-watch';
import { writeEndpoints } from '@rondo/host-common/endpoints';
import { startHostGateway } from '@rondo/host-common/host-gateway';
import { openInstallationKeys } from '@rondo/host-common/installation-keys';
import { lockInstance } from '@rondo/host-common/instance-lock';
import { openLogFile } from '@rondo/host-common/log-file';
import { openPostgres } from '@rondo/host-common/open-postgres';
import { prepareDatabase } from '@rondo/host-common/prepare-database';
import { checkPorts, plannedPorts } from '@rondo/host-common/planned-ports';
import { environmentOf, loopback, randomTokens, secretsOf } from '@rondo/host-common/service-environment';
import { resolvePorts } from '@rondo/host-common/service-ports';
import type { HostSettings } from '@rondo/host-common/settings';
import { rondoComponents } from '@rondo/host-common/components';
import { emulatorSchema, migrateEmulator } from '@rondo/dapr-emulator/migrate-emulator';
import { startRondoEmulator } from './emulator.ts';

export type EmbeddedHost = AsyncDisposable & {
  url: string;
  services: RunningService[];
  issuer: Issuer;
  /** The log file of everything in this process. */
  logs: string;
  /** The last run on this data directory was killed. PostgreSQL has recovered what was committed. */
  recovered: boolean;
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
  const lock = opened.use(await lockInstance(settings.dataDir, { say }));
  await checkPorts(plannedPorts(settings));
  const logFile = opened.use(openLogFile(join(settings.dataDir, 'rondo.log')));
  const log = createLog('host', settings.logLevel, logFile.destination);
  const disk = opened.use(watchDisk(settings.dataDir, { say, log }));

  const postgres = opened.use(await openPostgres(settings, { say, log }));
  const keys = await openInstallationKeys(settings, postgres.url);
  const registry = await resolvePorts(settings.services);
  await migrateEmulator(postgres.url);
  const database = await prepareDatabase(postgres.url, {
    registry,
    sidecars: { schema: emulatorSchema },
    log,
  });
  const tokens = randomTokens();
  opened.use(
    await startRondoEmulator({
      apiToken: tokens.apiToken,
      appToken: tokens.appToken,
      databaseUrl: database.dapr,
      isMigrated: true,
      host: loopback,
      apps: registry.map(({ name, ports }) => ({
        appId: name,
        httpPort: ports.sidecar,
        appPort: ports.http,
      })),
      components: rondoComponents(secretsOf(database, keys), registry),
      log,
    }),
  );
  const inProcess = new Map<string, RequestListener>();
  const gateway = opened.use(await startHostGateway(settings, { keys, registry, disk, inProcess }));
  const installation = { settings, tokens, keys, gatewayUrl: gateway.url };
  const services = await allOrError(
    registry.map(async (entry) => {
      const env = { ...environmentOf(entry.ports, installation), MIGRATE_AT_START: 'false' };
      const options = { entry, logDestination: logFile.destination };
      const service = opened.use(await startService(await loadService(entry), env, options));
      inProcess.set(entry.name, service.handle);
      opened.defer(() => void inProcess.delete(entry.name));
      return service;
    }),
  );
  if (settings.databaseUrl === undefined) disk.start();
  await writeEndpoints(settings.dataDir, gateway.url, services);

  const resources = opened.move();
  const stop = () => resources.disposeAsync();
  return {
    url: gateway.url,
    services,
    issuer: keys.issuer,
    logs: logFile.path,
    recovered: postgres.recovered || lock.wasStale,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
