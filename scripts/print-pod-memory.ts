/** Prints the memory that each container of Rondo and of Dapr's control plane uses, as the kubelet measures it, and its limit. */
import { execFileSync } from 'node:child_process';

type Summary = {
  pods: {
    podRef: { name: string; namespace: string };
    containers: { name: string; memory?: { workingSetBytes?: number } }[];
  }[];
};
type Container = { name: string; resources?: { limits?: { memory?: string } } };
type Pods = {
  items: {
    metadata: { name: string; namespace: string };
    spec: { containers: Container[]; initContainers?: Container[] };
  }[];
};

const mebibyte = 1024 * 1024;
const namespaces = ['rondo', 'dapr-system'];
const units: Record<string, number> = { Ki: 1024, Mi: mebibyte, Gi: 1024 * mebibyte };

const kubectl = (...args: string[]) =>
  execFileSync('kubectl', args, { encoding: 'utf8', maxBuffer: 64 * mebibyte });

function bytesOf(quantity: string | undefined): number {
  const [, number, unit = ''] = /^(\d+)(Ki|Mi|Gi)?$/.exec(quantity ?? '0') ?? [];
  return Number(number ?? 0) * (units[unit] ?? 1);
}

const node = kubectl('get', 'nodes', '--output', 'jsonpath={.items[0].metadata.name}');
const summary = JSON.parse(kubectl('get', '--raw', `/api/v1/nodes/${node}/proxy/stats/summary`)) as Summary;
const used = new Map(
  summary.pods.flatMap(({ podRef, containers }) =>
    containers.map(({ name, memory }) => [
      `${podRef.namespace}/${podRef.name}/${name}`,
      memory?.workingSetBytes ?? 0,
    ]),
  ),
);

let [usedSum, limitSum] = [0, 0];
console.log('| pod | container | used (Mi) | may use (Mi) |\n| --- | --- | ---: | ---: |');
for (const namespace of namespaces) {
  const pods = JSON.parse(
    kubectl(
      'get',
      'pods',
      '--namespace',
      namespace,
      '--field-selector=status.phase=Running',
      '--output',
      'json',
    ),
  ) as Pods;
  for (const { metadata, spec } of pods.items) {
    for (const { name, resources } of [...(spec.initContainers ?? []), ...spec.containers]) {
      const bytes = used.get(`${namespace}/${metadata.name}/${name}`) ?? 0;
      const limit = bytesOf(resources?.limits?.memory);
      usedSum += bytes;
      limitSum += limit;
      console.log(
        `| ${metadata.name} | ${name} | ${(bytes / mebibyte).toFixed(0)} | ${(limit / mebibyte).toFixed(0)} |`,
      );
    }
  }
}
console.log(`| sum | | ${(usedSum / mebibyte).toFixed(0)} | ${(limitSum / mebibyte).toFixed(0)} |`);
