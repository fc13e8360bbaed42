import assert from 'node:assert/strict';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { temporaryDirectory } from '../../../tests/support/temporary-directory.ts';
import { layResources } from '../src/resources.ts';

const cluster = join(import.meta.dirname, '../../../k8s/dapr-components');
const secrets = { 'rondo-database': { 'connection-string': 'postgres://secret' } };

test("the cluster's files are copied; only the secret store and tracing differ", async (t) => {
  const { directory, configuration } = await layResources(await temporaryDirectory(t), secrets);
  const laid = await readdir(directory);
  assert.deepEqual(
    laid.toSorted(),
    (await readdir(cluster)).filter((name) => !/^(kustomization|configuration)/.test(name)).toSorted(),
  );
  for (const name of laid.filter((file) => file !== 'kubernetes-secrets.yaml'))
    assert.equal(
      await readFile(join(directory, name), 'utf8'),
      await readFile(join(cluster, name), 'utf8'),
      name,
    );
  const store = parse(await readFile(join(directory, 'kubernetes-secrets.yaml'), 'utf8')) as {
    metadata: { name: string };
    spec: { type: string; metadata: { name: string; value: string }[] };
  };
  assert.deepEqual([store.metadata.name, store.spec.type], ['kubernetes-secrets', 'secretstores.local.file']);
  const file = store.spec.metadata.find(({ name }) => name === 'secretsFile')?.value ?? '';
  assert.deepEqual(JSON.parse(await readFile(file, 'utf8')), secrets);
  assert.equal((await stat(file)).mode & 0o777, 0o600, 'only the owner can read the secrets');
  const { spec } = parse(await readFile(configuration, 'utf8')) as {
    spec: { tracing: unknown; api: unknown };
  };
  assert.deepEqual(spec.tracing, { samplingRate: '1' });
  assert.ok(spec.api, 'the API that a sidecar offers is restricted as in a cluster');
});
