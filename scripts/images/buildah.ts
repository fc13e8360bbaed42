import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

import { join } from 'node:path';
import { cacheDirectoryOf } from '@rondo/host-dapr/toolchain/toolchain';
import { root } from './image-list.ts';

/** Image storage outside the repository, separate from buildah's default. */
export const cacheDir = join(cacheDirectoryOf(process.env), 'images');

const storage = [
  '--root',
  join(cacheDir, 'storage'),
  '--runroot',
  join(cacheDir, 'run'),
  '--storage-driver',
  'vfs',
];
// chroot needs neither a daemon nor namespaces, which a shared machine may forbid.
const env = { ...process.env, BUILDAH_ISOLATION: 'chroot' };

export function hasBuildah(): boolean {
  return spawnSync('buildah', ['--version'], { stdio: 'ignore' }).status === 0;
}

/** Runs buildah on the cache's storage and returns its output. @throws Error with its last lines */
export function buildah(...args: string[]): string {
  mkdirSync(cacheDir, { recursive: true });
  try {
    return execFileSync('buildah', [...storage, ...args], {
      cwd: root,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 64 * 1024 * 1024,
    }).trim();
  } catch (cause) {
    const { stderr = '', stdout = '' } = cause as { stderr?: string; stdout?: string };
    const lines = `${stdout}\n${stderr}`.trimEnd().split('\n').slice(-30).join('\n');
    throw new Error(`buildah ${args[0]} failed:\n${lines}`, { cause });
  }
}

/** The configuration of an image. */
export type ImageConfig = {
  User: string;
  Env: string[];
  WorkingDir: string;
  Entrypoint: string[];
  Labels: Record<string, string> | null;
  Healthcheck?: { Test: string[] };
};

export function configOf(image: string): ImageConfig {
  const inspected = JSON.parse(buildah('inspect', '--type', 'image', image)) as {
    Docker: { config: ImageConfig };
  };
  return inspected.Docker.config;
}

/** The value of an image's label; undefined if there is no such image. */
export function labelOf(image: string, label: string): string | undefined {
  const found = JSON.parse(buildah('images', '--json', '--filter', `reference=${image}`)) as unknown[];
  return found.length > 0 ? configOf(image).Labels?.[label] : undefined;
}

/** Removes superseded images. If a container of an interrupted build uses one, all containers go first. */
export function pruneImages(): void {
  try {
    buildah('rmi', '--prune');
  } catch {
    buildah('rm', '--all');
    buildah('rmi', '--prune');
  }
}

/** Mounts a writable copy of an image's file system. Disposal removes it. */
export function mountImage(image: string): Disposable & { path: string } {
  const container = buildah('from', '--pull-never', image);
  return {
    path: buildah('mount', container),
    [Symbol.dispose]: () => void buildah('rm', container),
  };
}
