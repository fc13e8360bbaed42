import { renderDirectory } from './go-tools.ts';
import { parseManifests } from './manifest.ts';
import { hasSidecar, workloadsOf } from './workloads.ts';

/** What Kustomize renders of `k8s/base`, which every overlay starts from. */
export const base = parseManifests(renderDirectory('k8s/base'));
export const workloads = workloadsOf(base);
export const services = workloads.filter((workload) => hasSidecar(workload));
