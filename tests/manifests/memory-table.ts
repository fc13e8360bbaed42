import { readManifests, type Manifest, type Part } from './manifest.ts';
import { bytesOf, hasSidecar, workloadsOf } from './workloads.ts';

export type Memory = { pod: string; request: number; limit: number };

/** The plan's limit for one machine: Docker Desktop's 3.7 GB. */
export const maxBytes = 3_700_000_000;

/** The memory that each pod and each sidecar requests and may use, for one replica. */
export function memoryOf(manifests: Manifest[]): Memory[] {
  const workloads = workloadsOf(manifests).toSorted((one, other) => (one.name < other.name ? -1 : 1));
  return workloads.flatMap((workload) => {
    const { name, container, annotations } = workload;
    const { requests, limits } = container['resources'];
    const own = { pod: name, request: bytesOf(requests.memory), limit: bytesOf(limits.memory) };
    if (!hasSidecar(workload)) return [own];
    const sidecar = (bound: string) => bytesOf(annotations[`dapr.io/sidecar-memory-${bound}`] ?? '');
    return [own, { pod: `${name}, sidecar`, request: sidecar('request'), limit: sidecar('limit') }];
  });
}

/** The same for Dapr's control plane, from `k8s/dapr-values.yaml`. */
export function controlPlaneMemory(): Memory[] {
  const [values] = readManifests('dapr-values.yaml');
  return Object.entries(values as Record<string, Part>).flatMap(([name, value]) =>
    value?.resources
      ? [
          {
            pod: name.replaceAll('_', '-'),
            request: bytesOf(value.resources.requests.memory),
            limit: bytesOf(value.resources.limits.memory),
          },
        ]
      : [],
  );
}

const inMi = (bytes: number) => String(bytes / 1024 ** 2);
export const sumOf = (memory: Memory[], bound: 'request' | 'limit') =>
  memory.reduce((sum, one) => sum + one[bound], 0);

/** The table in `k8s/README.md`. */
export function memoryTable(memory: Memory[]): string {
  const row = (...cells: string[]) => `| ${cells.join(' | ')} |`;
  return [
    row('pod', 'requests (Mi)', 'may use (Mi)'),
    row('---', '---:', '---:'),
    ...memory.map(({ pod, request, limit }) => row(pod, inMi(request), inMi(limit))),
    row('sum', inMi(sumOf(memory, 'request')), inMi(sumOf(memory, 'limit'))),
  ].join('\n');
}
