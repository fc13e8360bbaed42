import { readManifests, type Manifest, type Part } from './manifest.ts';
import { bytesOf, workloadsOf } from './workloads.ts';

export type Memory = { pod: string; request: number; limit: number };

/** Docker Desktop's memory in the plan: 3.7 GB. */
export const mostBytes = 3_700_000_000;

/** What each pod of an installation asks for and may use at most, its sidecar with it, once each. */
export function memoryOf(manifests: Manifest[]): Memory[] {
  return workloadsOf(manifests).flatMap(({ name, container, annotations }) => {
    const { requests, limits } = container['resources'];
    const own = { pod: name, request: bytesOf(requests.memory), limit: bytesOf(limits.memory) };
    if (annotations['dapr.io/enabled'] !== 'true') return [own];
    const sidecar = (bound: string) => bytesOf(annotations[`dapr.io/sidecar-memory-${bound}`] ?? '');
    return [own, { pod: `${name}, sidecar`, request: sidecar('request'), limit: sidecar('limit') }];
  });
}

/** The same of Dapr's control plane, as `k8s/dapr-values.yaml` sets it. */
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

/** The table of `k8s/README.md`. */
export function memoryTable(memory: Memory[]): string {
  const row = (...cells: string[]) => `| ${cells.join(' | ')} |`;
  return [
    row('pod', 'requests (Mi)', 'may use (Mi)'),
    row('---', '---:', '---:'),
    ...memory.map(({ pod, request, limit }) => row(pod, inMi(request), inMi(limit))),
    row('sum', inMi(sumOf(memory, 'request')), inMi(sumOf(memory, 'limit'))),
  ].join('\n');
}
