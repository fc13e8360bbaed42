import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { findLeak, openSecretCluster, whyNoScript } from './secret-cluster.ts';

/** A cluster with secrets, and the file that its keys are saved in. */
async function savedCluster(t: TestContext) {
  const cluster = await openSecretCluster(t);
  cluster.run();
  const file = join(await temporaryDirectory(t), 'rondo.keys');
  const { status, output } = cluster.keys(['save', file]);
  assert.equal(status, 0, output);
  assert.equal(findLeak(output, cluster.secrets()), undefined);
  return { saved: cluster.secrets(), file };
}

const keyNames = ['rondo-identity', 'rondo-notification', 'rondo-audit'];

describe('keys.sh', { skip: whyNoScript }, () => {
  test('saves the keys in a file that only its owner can read', async (t) => {
    const { saved, file } = await savedCluster(t);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    const text = await readFile(file, 'utf8');
    for (const [key, value] of Object.entries(saved['rondo-notification'] ?? {}))
      assert.ok(text.includes(`rondo-notification ${key} ${Buffer.from(value).toString('base64')}\n`), key);
    assert.ok(!text.includes('rondo-database'));
  });

  for (const [where, prepare] of [
    ['an empty cluster', () => undefined],
    ['a cluster with recreated secrets', (cluster) => cluster.run()],
  ] as [string, (cluster: Awaited<ReturnType<typeof openSecretCluster>>) => unknown][])
    test(`restores the keys in ${where}, and shows none of them`, async (t) => {
      const { saved, file } = await savedCluster(t);
      const cluster = await openSecretCluster(t);
      prepare(cluster);
      const { status, output } = cluster.keys(['restore', file]);
      assert.equal(status, 0, output);
      for (const name of keyNames) assert.deepEqual(cluster.secrets()[name], saved[name]);
      assert.equal(findLeak(`${output}${cluster.commands()}`, saved), undefined);
      assert.match(output, /rollout restart deployment/);
    });

  test('restores a file of a version without public keys, with those of its signing key', async (t) => {
    const { saved, file } = await savedCluster(t);
    await writeFile(file, (await readFile(file, 'utf8')).replace(/^rondo-identity jwks\.json .*\n/m, ''));
    const cluster = await openSecretCluster(t);
    cluster.run();
    assert.equal(cluster.keys(['restore', file]).status, 0);
    assert.deepEqual(cluster.secrets()['rondo-identity'], saved['rondo-identity']);
  });

  test('keeps entries that the file does not contain', async (t) => {
    const { saved, file } = await savedCluster(t);
    const cluster = await openSecretCluster(t);
    cluster.run([], { env: { SMTP_URL: 'smtps://mail.example.com', SMTP_FROM: 'rondo@example.com' } });
    cluster.keys(['restore', file]);
    assert.deepEqual(cluster.secrets()['rondo-notification'], {
      ...saved['rondo-notification'],
      'smtp-url': 'smtps://mail.example.com',
      'smtp-from': 'rondo@example.com',
    });
  });

  for (const state of ['empty', 'filled'])
    test(`shows no key if a cluster that is ${state} refuses the secrets`, async (t) => {
      const { saved, file } = await savedCluster(t);
      const cluster = await openSecretCluster(t);
      if (state === 'filled') cluster.run();
      const { status, output } = cluster.keys(['restore', file], { env: { FAKE_KUBECTL_REFUSES: 'yes' } });
      assert.equal(status, 1);
      assert.match(output, /could not write the secret rondo-identity: Conflict/);
      assert.equal(findLeak(output, saved), undefined);
    });

  test('writes nothing of a damaged file, and does not overwrite one', async (t) => {
    const { file } = await savedCluster(t);
    const cluster = await openSecretCluster(t);
    assert.match(cluster.keys(['save', file]).output, /exists already/);
    const text = await readFile(file, 'utf8');
    for (const [damaged, message] of [
      [`${text}rondo-identity $(id) x\n`, /is damaged/],
      [text.replaceAll(/^rondo-identity .*\n/gm, ''), /does not contain rondo-identity/],
      ['apiVersion: v1\n', /was not saved by this script/],
    ] as const) {
      await writeFile(file, damaged);
      const { status, output } = cluster.keys(['restore', file]);
      assert.equal(status, 1);
      assert.match(output, message);
    }
    assert.deepEqual(cluster.secrets(), {});
  });
});
