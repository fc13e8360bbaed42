import type { Manifest } from './manifest.ts';

type Labels = Record<string, string>;
/** One end of a connection: a pod in a namespace, or an address outside the cluster. */
export type End = { namespace: string; labels: Labels } | { address: string };

type Selector = {
  matchLabels?: Labels;
  matchExpressions?: { key: string; operator: 'In' | 'Exists'; values?: string[] }[];
};
type Peer = {
  podSelector?: Selector;
  namespaceSelector?: Selector;
  ipBlock?: { cidr: string; except?: string[] };
};
type Rule = { from?: Peer[]; to?: Peer[]; ports?: { protocol: string; port: number; endPort?: number }[] };
type Direction = 'Ingress' | 'Egress';

const selects = ({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean =>
  Object.entries(matchLabels).every(([label, value]) => labels[label] === value) &&
  matchExpressions.every(({ key, operator, values = [] }) =>
    operator === 'Exists' ? key in labels : values.includes(labels[key] ?? ''),
  );

const numberOf = (address: string): number =>
  address.split('.').reduce((number, part) => number * 256 + Number(part), 0);

function isWithin(address: string, cidr: string): boolean {
  const [network = '', bits = '32'] = cidr.split('/');
  const size = 2 ** (32 - Number(bits));
  return Math.floor(numberOf(address) / size) === Math.floor(numberOf(network) / size);
}

function isPeer({ podSelector, namespaceSelector, ipBlock }: Peer, end: End, ownNamespace: string): boolean {
  if ('address' in end)
    return (
      ipBlock !== undefined &&
      isWithin(end.address, ipBlock.cidr) &&
      !ipBlock.except?.some((cidr) => isWithin(end.address, cidr))
    );
  if (ipBlock) return false;
  const isNamespace = namespaceSelector
    ? selects(namespaceSelector, { 'kubernetes.io/metadata.name': end.namespace })
    : end.namespace === ownNamespace;
  return isNamespace && selects(podSelector ?? {}, end.labels);
}

/**
 * Whether the policies of its namespace let a pod open or accept a connection. A pod that no policy selects allows every
 * connection; otherwise one rule must allow it (Kubernetes documentation, "Network Policies"). Ports are numbers.
 */
export function allows(
  policies: Manifest[],
  direction: Direction,
  pod: { namespace: string; labels: Labels },
  { peer, port, protocol = 'TCP' }: { peer: End; port: number; protocol?: string },
): boolean {
  const selecting = policies.filter(
    ({ spec, metadata }) =>
      metadata.namespace === pod.namespace &&
      spec.policyTypes.includes(direction) &&
      selects(spec.podSelector, pod.labels),
  );
  if (selecting.length === 0) return true;
  const rules = selecting.flatMap(
    ({ spec }) => (direction === 'Ingress' ? spec.ingress : spec.egress) ?? [],
  ) as Rule[];
  return rules.some((rule) => {
    const peers = direction === 'Ingress' ? rule.from : rule.to;
    const isPort = rule.ports?.some(
      (open) => open.protocol === protocol && open.port <= port && port <= (open.endPort ?? open.port),
    );
    return (
      (rule.ports === undefined || isPort === true) &&
      (peers === undefined || peers.some((one) => isPeer(one, peer, pod.namespace)))
    );
  });
}
