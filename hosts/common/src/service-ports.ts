import { servicePaths, type ServiceName, type ServiceUrls } from '@rondo/gateway/gateway';
import { portOr } from './free-port.ts';
import { loopback } from './service-environment.ts';
import type { ServicePorts } from './settings.ts';

export const serviceNames = Object.keys(servicePaths) as ServiceName[];

/** The ports of every service, with a free one wherever none is given. */
export async function resolvePorts(
  services: Record<ServiceName, ServicePorts>,
): Promise<Record<ServiceName, ServicePorts>> {
  const resolved = await Promise.all(
    serviceNames.map(async (name) => [name, await resolvePortsOf(services[name])] as const),
  );
  return Object.fromEntries(resolved) as Record<ServiceName, ServicePorts>;
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
export function urlsOf(ports: Record<ServiceName, ServicePorts>): ServiceUrls {
  return Object.fromEntries(
    serviceNames.map((name) => [name, `http://${loopback}:${ports[name].http}`]),
  ) as ServiceUrls;
}
