import type { ServiceUrls } from '@rondo/gateway/gateway';
import type { ServiceEntry, ServicePorts, ServiceRegistry } from '@rondo/shared/service-registry';
import { portOr } from './free-port.ts';
import { loopback } from './service-environment.ts';

/** The same services, with a free port wherever one is 0. */
export async function resolvePorts(services: ServiceRegistry): Promise<ServiceEntry[]> {
  return Promise.all(services.map(async (entry) => ({ ...entry, ports: await resolvePortsOf(entry.ports) })));
}

export async function resolvePortsOf(ports: ServicePorts): Promise<ServicePorts> {
  const [http, sidecar, metrics] = await Promise.all([
    portOr(ports.http),
    portOr(ports.sidecar),
    portOr(ports.metrics),
  ]);
  return { http, sidecar, metrics };
}

/** Where each service answers. */
export function urlsOf(services: ServiceRegistry): ServiceUrls {
  return Object.fromEntries(services.map(({ name, ports }) => [name, `http://${loopback}:${ports.http}`]));
}
