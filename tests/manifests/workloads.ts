import type { Manifest } from './manifest.ts';

export type EnvironmentEntry = {
  name: string;
  value?: string;
  valueFrom?: {
    secretKeyRef?: { name: string; key: string; optional?: boolean };
    configMapKeyRef?: { name: string; key: string };
  };
};

/** A Deployment or Job with one container, and its Service. */
export type Workload = {
  name: string;
  kind: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  spec: Manifest;
  pod: Manifest;
  container: Manifest;
  env: EnvironmentEntry[];
  service: Manifest | undefined;
};

/** The workloads among some objects. */
export function workloadsOf(manifests: Manifest[]): Workload[] {
  return manifests
    .filter(({ kind }) => kind === 'Deployment' || kind === 'Job')
    .map((manifest) => {
      const { spec, metadata, kind } = manifest;
      return {
        name: metadata.name,
        kind,
        labels: spec.template.metadata.labels,
        annotations: spec.template.metadata.annotations ?? {},
        spec,
        pod: spec.template.spec,
        container: spec.template.spec.containers[0],
        env: spec.template.spec.containers[0].env ?? [],
        service: manifests.find((other) => other.kind === 'Service' && other.metadata.name === metadata.name),
      };
    });
}

/** Whether the pod gets a Dapr sidecar. */
export const hasSidecar = ({ annotations }: Workload): boolean => annotations['dapr.io/enabled'] === 'true';

/** Bytes of a quantity such as 192Mi. @throws for a unit that our manifests don't use */
export function bytesOf(quantity: string): number {
  const [, number, unit] = /^(\d+)(Mi|Gi)$/.exec(quantity) ?? [];
  if (number === undefined) throw new Error(`${quantity} is neither Mi nor Gi`);
  return Number(number) * 1024 ** (unit === 'Gi' ? 3 : 2);
}

/** Seconds of a duration such as 2s or 15. */
export function secondsOf(duration: string): number {
  return Number(duration.replace(/s$/, ''));
}
