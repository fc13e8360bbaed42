import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { configOf, mountImage, type ImageConfig } from '../../scripts/images/buildah.ts';

export type Container = {
  /** Where the host mounts the image's file system. */
  root: string;
  lines: string[];
  exited: Promise<number | null>;
  kill(signal: 'SIGTERM'): void;
  /** Runs a command in the container, by default as the image's user. */
  exec(
    command: string[],
    options?: { user?: string; env?: Record<string, string> },
  ): { status: number | null; output: string };
  /** Returns /proc/PID/status of the container's first process. */
  status(): string;
};

/**
 * Starts an image with runc as a restricted pod runs it: as its own user, without capabilities, on a read-only root, with
 * only `binds` mounted (target by source, read-only). It shares the host's network, so it reaches services on loopback.
 */
export function startContainer(
  t: { after(hook: () => unknown): void },
  image: string,
  { env = {}, binds = {} }: { env?: Record<string, string>; binds?: Record<string, string> } = {},
): Container {
  const config = configOf(image);
  const mounted = mountImage(image);
  const bundle = mkdtempSync(join(tmpdir(), 'rondo-container-'));
  const id = bundle.slice(bundle.lastIndexOf('/') + 1);
  const runc = ['--root', join(bundle, 'state')];
  writeFileSync(
    join(bundle, 'config.json'),
    JSON.stringify(specOf(config, { root: mounted.path, env, binds })),
  );
  const child = spawn('runc', [...runc, 'run', '--bundle', bundle, id], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  for (const input of [child.stdout, child.stderr])
    createInterface({ input }).on('line', (line) => lines.push(line));
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  t.after(async () => {
    spawnSync('runc', [...runc, 'delete', '--force', id]);
    await exited;
    mounted[Symbol.dispose]();
    rmSync(bundle, { recursive: true, force: true });
  });
  return {
    root: mounted.path,
    lines,
    exited,
    kill: (signal) => void execFileSync('runc', [...runc, 'kill', id, signal]),
    exec(command, { user, env: extra = {} } = {}) {
      const pairs = Object.entries(extra).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
      const options = [...(user === undefined ? [] : ['--user', user]), ...pairs];
      const { status, stdout, stderr } = spawnSync('runc', [...runc, 'exec', ...options, id, ...command], {
        encoding: 'utf8',
      });
      return { status, output: stdout + stderr };
    },
    status() {
      const state = JSON.parse(
        execFileSync('runc', [...runc, 'state', id], { encoding: 'utf8', stdio: 'pipe' }),
      ) as {
        pid: number;
      };
      return readFileSync(`/proc/${state.pid}/status`, 'utf8');
    },
  };
}

function specOf(
  { User, Env, WorkingDir, Entrypoint }: ImageConfig,
  { root, env, binds }: { root: string; env: Record<string, string>; binds: Record<string, string> },
) {
  const [uid, gid] = User.split(':').map(Number);
  return {
    ociVersion: '1.0.2',
    process: {
      user: { uid, gid },
      args: Entrypoint,
      env: [...Env, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)],
      cwd: WorkingDir,
      capabilities: {},
      noNewPrivileges: true,
    },
    root: { path: root, readonly: true },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755', 'size=64k'] },
      ...Object.entries(binds).map(([source, destination]) => ({
        destination,
        source,
        options: ['bind', 'ro'],
      })),
    ],
    linux: { namespaces: ['pid', 'mount', 'ipc', 'uts'].map((type) => ({ type })) },
  };
}
