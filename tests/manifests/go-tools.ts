import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectoryOf } from '@rondo/host-dapr/toolchain/toolchain';
import { root } from './manifest.ts';

const kustomizeVersion = 'v5.7.1';
const timeoutMs = 600_000;

function run(program: string, args: string[], env: Record<string, string> = {}): string {
  const { status, error, stdout, stderr } = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: 256 * 1024 * 1024,
    timeout: timeoutMs,
  });
  if (error && 'code' in error && error.code === 'ENOENT')
    throw new Error(`${program} is missing: npm run test:manifests needs Go 1.24 or newer.`);
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr.slice(-2_000)}`);
  return stdout;
}

/** The directory of a Go module's source. Downloads it if it isn't in Go's cache. */
export function moduleDirectory(module: string): string {
  return (JSON.parse(run('go', ['mod', 'download', '-json', module])) as { Dir: string }).Dir;
}

/** The directory of the program `kustomize`. Builds it once, in a cache directory named after its version. */
export function kustomizeDirectory(): string {
  const directory = join(cacheDirectoryOf(process.env), `kustomize-${kustomizeVersion}`);
  if (!existsSync(join(directory, 'kustomize')))
    run('go', ['install', `sigs.k8s.io/kustomize/kustomize/v5@${kustomizeVersion}`], { GOBIN: directory });
  return directory;
}

/** The YAML that Kustomize renders of a directory: absolute, or relative to the repository. */
export function renderDirectory(directory: string): string {
  return run(join(kustomizeDirectory(), 'kustomize'), ['build', directory]);
}
