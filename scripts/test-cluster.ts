/**
 * `npm run test:cluster [-- --keep]`: tests Rondo on a real Kubernetes with real Dapr. It creates a cluster with the
 * scripts in RONDO_LAB, which install Debian packages and Go modules and need root, and removes it at the end unless
 * --keep is given. With RONDO_CLUSTER=kind it tests what already runs in the cluster that kubectl reaches.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cacheDirectoryOf } from '@rondo/host-dapr/toolchain/toolchain';

const root = resolve(import.meta.dirname, '..');
const hasCluster = process.env['RONDO_CLUSTER'] !== undefined;
const labSources = process.env['RONDO_LAB'] ?? resolve(root, '../shared/tools/kubernetes-lab');
const caches = cacheDirectoryOf(process.env);
const lab = join(caches, 'kubernetes-lab');
const archives = join(caches, 'archives');
const overlay = join(root, 'k8s/overlays/lab');
const keepsCluster = process.argv.includes('--keep');
const nodeFlags = [
  '--disable-warning=ExperimentalWarning',
  '--test',
  '--test-timeout=900000',
  '--test-reporter=spec',
];

const began = performance.now();
const seconds = (since: number) => ((performance.now() - since) / 1000).toFixed(1);

async function run(command: string, args: string[], env: Record<string, string> = {}): Promise<void> {
  const child = spawn(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} exited with ${code}`);
}

async function step(what: string, work: () => Promise<void>): Promise<void> {
  const since = performance.now();
  console.log(`── ${what}`);
  await work();
  console.log(`── ${what}: ${seconds(since)} s`);
}

const inLab = (...command: string[]) => run(join(lab, 'in-lab'), command);
const kubectl = (...args: string[]) => run(join(lab, 'kubectl'), args);

async function deploy(): Promise<void> {
  await kubectl('apply', '--server-side', '--force-conflicts', '--kustomize', overlay);
  await kubectl(
    '--namespace',
    'rondo',
    'wait',
    '--for=condition=complete',
    'job/release-job',
    '--timeout=300s',
  );
  await kubectl(
    '--namespace',
    'rondo',
    'wait',
    '--for=condition=available',
    'deployment',
    '--all',
    '--timeout=300s',
  );
}

async function makeCluster(): Promise<void> {
  if (!existsSync(join(labSources, 'install.sh')))
    throw new Error(
      `${labSources} has no install.sh. Set RONDO_LAB to the scripts that create a cluster, or RONDO_CLUSTER=kind to test the cluster that kubectl reaches.`,
    );
  await step('build the lab', () => run('bash', [join(labSources, 'install.sh'), lab]));
  // Dapr does not start on resources that an earlier run of it has changed.
  await step('remove the previous cluster', () => run(join(lab, 'down.sh'), ['-p']));
  await step('start Kubernetes', () => run(join(lab, 'up.sh'), []));
  await step('start Dapr', () =>
    run(join(lab, 'dapr-up.sh'), ['--values', join(root, 'k8s/dapr-values.yaml')]),
  );
  mkdirSync(archives, { recursive: true });
  await step('build the images', () =>
    run('npm', [
      'run',
      '--silent',
      'images',
      '--',
      '--standin',
      '--lab',
      '--tag',
      'dev',
      '--archive',
      archives,
    ]),
  );
  await step('load the images', () =>
    run(join(lab, 'load-image.sh'), globSync(join(archives, '*.tar')).toSorted()),
  );
  await kubectl('delete', 'namespace', 'rondo', '--ignore-not-found', '--wait=true', '--timeout=180s');
  await kubectl('delete', 'persistentvolume', 'rondo-kafka', 'rondo-postgres', '--ignore-not-found');
  await inLab(
    'bash',
    '-c',
    'rm -rf /var/lib/rondo-lab && mkdir -p /var/lib/rondo-lab/{kafka,postgres} && chown -R 10001:10001 /var/lib/rondo-lab',
  );
  await kubectl('apply', '--filename', join(root, 'k8s/base/namespace.yaml'));
  await step('create the secrets', () =>
    run(join(root, 'k8s/secrets/create-secrets.sh'), [], { KUBECTL: join(lab, 'kubectl') }),
  );
  await step('deploy, and wait until everything is ready', deploy);
}

try {
  const test = [process.execPath, ...nodeFlags, join(root, 'tests/cluster/cluster.test.ts')] as const;
  if (hasCluster) await run(test[0], test.slice(1));
  else {
    await makeCluster();
    await step('run the tests', () => inLab(...test));
    await step('print the memory of each pod', () =>
      inLab(
        process.execPath,
        '--disable-warning=ExperimentalWarning',
        join(root, 'scripts/print-pod-memory.ts'),
      ),
    );
  }
  console.log(`test:cluster took ${seconds(began)} s`);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  if (!hasCluster && !keepsCluster && existsSync(lab))
    await run(join(lab, 'down.sh'), []).catch((error: unknown) => console.error(String(error)));
}
