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
  /** Kills the pods of a Deployment without grace, as a lost node does, and waits for their replacements. */
  killPods(deployment: string): Promise<void>;
  /** Waits until every replica of a Deployment is available and no old pod is left. */
  rollsOut(deployment: string): Promise<void>;
  /** Waits until every service reports that it is ready. */
  becomesReady(): Promise<void>;
};

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

  const rollsOut = async (deployment: string) => {
    await kubectl('rollout', 'status', `deployment/${deployment}`, '--timeout=180s');
    const selector = `app.kubernetes.io/name=${deployment}`;
    await eventually(
      async () => {
        const pods = JSON.parse(await kubectl('get', 'pods', '--selector', selector, '--output', 'json')) as {
          items: { metadata: { deletionTimestamp?: string } }[];
        };
        return pods.items.every(({ metadata }) => metadata.deletionTimestamp === undefined);
      },
      { timeout_ms: 120_000, every_ms: 500, what: `the old pods of ${deployment} to end` },
    );
  };
  return {
    url: () => address,
    person,
    kubectl,
    rollsOut,
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
