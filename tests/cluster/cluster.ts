import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openIssuer } from '@rondo/gateway/issuer';
import { eventually } from '@rondo/shared/test/eventually';
import { personAt, type Person } from '../support/person.ts';

const run = promisify(execFile);

/** Rondo in a running Kubernetes cluster whose gateway this process can reach. */
export type Cluster = {
  url: () => string;
  person(name: string): Promise<Person>;
  /** Runs kubectl in Rondo's namespace. @returns its standard output */
  kubectl(...args: string[]): Promise<string>;
  /** Creates or replaces an object. */
  apply(object: object): Promise<void>;
  /** The pods of a Deployment. */
  pods(deployment: string): Promise<Pod[]>;
  /** Publishes an empty object by the sidecar of a service. @returns the answer of the sidecar */
  publish(service: string, pubsub: string, topic: string): Promise<{ status: number; text: string }>;
  /** Kills the pods of a Deployment without grace, as a lost node does, and waits for their replacements. */
  killPods(deployment: string): Promise<void>;
  /** Waits until every replica of a Deployment is available and no old pod is left. */
  rollsOut(deployment: string): Promise<void>;
  /** Waits until every service reports that it is ready. */
  becomesReady(): Promise<void>;
};

export type Pod = {
  metadata: { name: string; deletionTimestamp?: string };
  spec: { initContainers?: { name: string }[] };
  status: { conditions?: { type: string; status: string }[] };
};

/** Whether the pod is ready and not about to end. */
export const isReady = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp === undefined &&
  (status.conditions ?? []).some((condition) => condition.type === 'Ready' && condition.status === 'True');

/** Opens the cluster that `kubectl` reaches. */
export async function openCluster(t: { after(hook: () => unknown): void }): Promise<Cluster> {
  const kubectl = async (...args: string[]) =>
    (await run('kubectl', ['--namespace', 'rondo', ...args], { maxBuffer: 64 * 1024 * 1024 })).stdout;
  const directory = await mkdtemp(join(tmpdir(), 'rondo-cluster-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  await mkdir(join(directory, 'identity'));
  const key = await kubectl(
    'get',
    'secret',
    'rondo-identity',
    '--output',
    'jsonpath={.data.signing-key\\.json}',
  );
  await writeFile(join(directory, 'identity/signing-key.json'), Buffer.from(key, 'base64'), { mode: 0o600 });
  const issuer = await openIssuer(directory);
  const address = await gatewayOf(kubectl);
  const person = async (name: string) => personAt(() => address, name, await issuer.tokenFor(name));

  const pods = async (deployment: string) => {
    const selector = `app.kubernetes.io/name=${deployment}`;
    const list = await kubectl('get', 'pods', '--selector', selector, '--output', 'json');
    return (JSON.parse(list) as { items: Pod[] }).items;
  };

  const rollsOut = async (deployment: string) => {
    await kubectl('rollout', 'status', `deployment/${deployment}`, '--timeout=180s');
    await eventually(
      async () => (await pods(deployment)).every(({ metadata }) => metadata.deletionTimestamp === undefined),
      { timeout_ms: 120_000, every_ms: 500, what: `the old pods of ${deployment} to end` },
    );
  };
  return {
    url: () => address,
    person,
    kubectl,
    pods,
    rollsOut,
    async apply(object) {
      const file = join(directory, 'object.json');
      await writeFile(file, JSON.stringify(object));
      await kubectl('apply', '--filename', file);
    },
    async publish(service, pubsub, topic) {
      const program = `
        const [, pubsub, topic] = process.argv;
        const headers = { 'content-type': 'application/json', 'dapr-api-token': process.env.DAPR_API_TOKEN };
        const url = 'http://127.0.0.1:3500/v1.0/publish/' + pubsub + '/' + topic;
        const answer = await fetch(url, { method: 'POST', headers, body: '{}' });
        console.log(JSON.stringify({ status: answer.status, text: await answer.text() }));`;
      const node = ['/nodejs/bin/node', '--input-type=module', '--eval', program, pubsub, topic];
      const answer = await kubectl('exec', `deployment/${service}`, '--container', service, '--', ...node);
      return JSON.parse(answer) as { status: number; text: string };
    },
    async killPods(deployment) {
      const selector = `app.kubernetes.io/name=${deployment}`;
      await kubectl('delete', 'pods', '--selector', selector, '--grace-period=0', '--force', '--wait=true');
      await rollsOut(deployment);
    },
    async becomesReady() {
      const operator = await person('me');
      await eventually(
        async () => {
          const { status, body } = await operator.call('GET', '/health/ready');
          return status === 200 && (body as { status: string }).status === 'ready';
        },
        { timeout_ms: 90_000, every_ms: 500, what: 'every service to be ready' },
      );
    },
  };
}

/** Returns the gateway's address: its Service's cluster address, or a NodePort on kind, whose node is a container. */
async function gatewayOf(kubectl: Cluster['kubectl']): Promise<string> {
  const service = ['get', 'service', 'gateway', '--output'];
  if (process.env['RONDO_CLUSTER'] !== 'kind')
    return `http://${await kubectl(...service, 'jsonpath={.spec.clusterIP}')}:8000`;
  await kubectl('patch', 'service', 'gateway', '--patch', '{"spec":{"type":"NodePort"}}');
  const port = await kubectl(...service, 'jsonpath={.spec.ports[0].nodePort}');
  const node = await kubectl(
    'get',
    'nodes',
    '--output',
    'jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}',
  );
  return `http://${node}:${port}`;
}
