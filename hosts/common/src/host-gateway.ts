import type { RequestListener } from 'node:http';
import { startGateway } from '@rondo/gateway/gateway';
import type { ServiceRegistry } from '@rondo/shared/service-registry';
import type { DiskWatch } from './disk-watch.ts';
import { portOr } from './free-port.ts';
import type { InstallationKeys } from './installation-keys.ts';
import { loopback } from './service-environment.ts';
import { urlsOf } from './service-ports.ts';
import type { HostSettings } from './settings.ts';

export type HostGatewayOptions = {
  keys: InstallationKeys;
  /** The services, with the ports that they use. */
  registry: ServiceRegistry;
  disk: DiskWatch;
  /** The services that run in this process, by name. */
  inProcess?: ReadonlyMap<string, RequestListener>;
};

/**
 * Starts the gateway of an installation on one machine.
 * @throws AppError `port-in-use` that names RONDO_PORT
 */
export async function startHostGateway(
  settings: HostSettings,
  { keys, registry, disk, inProcess = new Map() }: HostGatewayOptions,
): ReturnType<typeof startGateway> {
  return startGateway({
    host: loopback,
    port: await portOr(settings.port),
    portVariable: 'RONDO_PORT',
    jwks: keys.issuer.jwks,
    registry,
    services: urlsOf(registry),
    inProcess,
    problem: disk.problem,
    allowedOrigins: settings.allowedOrigins,
    trustedProxies: settings.trustedProxies,
    rateLimit: settings.rateLimit,
  });
}
