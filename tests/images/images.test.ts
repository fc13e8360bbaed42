import assert from 'node:assert/strict';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { portOr } from '@rondo/host-common/free-port';
import { openPool } from '@rondo/postgres/open-pool';
import { createTestDatabase } from '@rondo/shared/test/database';
import { eventually } from '@rondo/shared/test/eventually';
import { buildah, configOf, pruneImages } from '../../scripts/images/buildah.ts';
import { chooseBuilder } from '../../scripts/images/builder.ts';
import { releasedImages, type Image } from '../../scripts/images/image-list.ts';
import {
  assertConfined,
  assertContainsOnly,
  assertDrains,
  assertHealthCheckWorks,
  assertOnlyMigrations,
  assertTasksKept,
  waitUntilReady,
} from './assertions.ts';
import { startContainer } from './container.ts';
import { brokerUsers, gatewayEnvironment, roleUrls, startDependencies } from './environment.ts';
import type { RequestTemplate } from './load.ts';

const referenceOf = (name: string) => `docker.io/rondo/${name}:latest`;
const services = releasedImages.map(({ name }) => name).filter((name) => name.endsWith('-service'));
const userId = '10001';
const json = { 'content-type': 'application/json' };

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
      if (isTodo) await assertTasksKept(t, referenceOf(name), { env, url, token }, statuses.length + 1);
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
