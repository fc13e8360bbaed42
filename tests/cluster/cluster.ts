import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openIssuer } from '@rondo/gateway/issuer';
import { eventually } from '@rondo/shared/test/eventually';
import { personAt, type Person } from '../support/person.ts';

const run = promisify(execFile);

/** Rondo in a Kubernetes that runs, with its gateway within reach of this process. */
export type Cluster = {
  url: () => string;
  person(name: string): Promise<Person>;
  /** kubectl in Rondo's namespace. Resolves with what it printed. */
  kubectl(...args: string[]): Promise<string>;
  /** Kills a workload's pods at once, as a node that is lost does, and resolves when others have taken their place. */
  killPods(deployment: string): Promise<void>;
  /** Resolves when every replica of a Deployment is available and none of the replicas before it is left. */
  isRolledOut(deployment: string): Promise<void>;
  /** Resolves when every sidecar and service says that it is well. */
  isWell(): Promise<void>;
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

  const isRolledOut = async (deployment: string) => {
    await kubectl('rollout', 'status', `deployment/${deployment}`, '--timeout=180s');
    const selector = `app.kubernetes.io/name=${deployment}`;
    await eventually(
      async () => {
        const pods = JSON.parse(await kubectl('get', 'pods', '--selector', selector, '--output', 'json')) as {
          items: { metadata: { deletionTimestamp?: string } }[];
        };
        return pods.items.every(({ metadata }) => metadata.deletionTimestamp === undefined);
      },
      { timeout_ms: 120_000, every_ms: 500, what: `the pods before of ${deployment} to be gone` },
    );
  };
  return {
    url: () => address,
    person,
    kubectl,
    isRolledOut,
    async killPods(deployment) {
      const selector = `app.kubernetes.io/name=${deployment}`;
      await kubectl('delete', 'pods', '--selector', selector, '--grace-period=0', '--force', '--wait=true');
      await isRolledOut(deployment);
    },
    async isWell() {
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

/** The cluster address of the gateway's Service; on kind, whose node is another machine, a port of that node. */
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
