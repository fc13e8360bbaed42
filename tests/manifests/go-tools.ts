import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectoryOf } from '@rondo/host-dapr/toolchain/toolchain';

const root = join(import.meta.dirname, '../..');
const kustomizeVersion = 'v5.7.1';
const minutes = 60_000;

function run(program: string, args: string[], env: Record<string, string> = {}): string {
  const { status, error, stdout, stderr } = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: 256 * 1024 * 1024,
    timeout: 10 * minutes,
  });
  if (error && 'code' in error && error.code === 'ENOENT')
    throw new Error(`${program} is missing: npm run test:manifests needs Go 1.24 or newer`);
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr.slice(-2_000)}`);
  return stdout;
}

/** The directory of a Go module's source, downloaded where it is not there yet. */
export function moduleDirectory(module: string): string {
  return (JSON.parse(run('go', ['mod', 'download', '-json', module])) as { Dir: string }).Dir;
}

/** What Kustomize makes of a directory. The program is built once, in a cache folder of its version. */
export function renderOverlay(directory: string): string {
  const bin = join(cacheDirectoryOf(process.env), `kustomize-${kustomizeVersion}`);
  const kustomize = join(bin, 'kustomize');
  if (!existsSync(kustomize))
    run('go', ['install', `sigs.k8s.io/kustomize/kustomize/v5@${kustomizeVersion}`], { GOBIN: bin });
  return run(kustomize, ['build', directory]);
}
