import type { ServiceUrls } from '@rondo/gateway/config';
import type { ServiceEntry, ServicePorts, ServiceRegistry } from '@rondo/shared/service-registry';
import { portOr } from './free-port.ts';
import { loopback } from './service-environment.ts';

/** Replaces each port 0 with a free port. */
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

/** The URL of each service, by name. */
export function urlsOf(services: ServiceRegistry): ServiceUrls {
  return Object.fromEntries(services.map(({ name, ports }) => [name, `http://${loopback}:${ports.http}`]));
}
