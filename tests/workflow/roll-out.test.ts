import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { root, workflow } from './workflow.ts';

const digestOf = (index: number) => `sha256:${String(index).repeat(64)}`;
const images = workflow.jobs['publish']?.strategy?.matrix.include ?? [];

/**
 * Replaces kubectl: records each call, and keeps a revision for each Deployment. `apply` changes only todo-service. A file
 * `fails` holds the words that make a call fail, until something is undone.
 */
const kubectl = `#!/usr/bin/env bash
cd "$(dirname "$0")/.."
echo "kubectl $*" >>calls
if [ -e fails ] && grep -qF -f fails <<<"$*"; then exit 1; fi
case "$*" in
  apply*) cat "\${@: -1}/../../managed/kustomization.yaml" "\${@: -1}/addresses.yaml" >applied; sed -i 's/^todo-service .*/todo-service 8/' revisions ;;
  *'get deployments'*) cat revisions ;;
  *'rollout undo'*) rm -f fails; sed -i 's/^todo-service .*/todo-service 9/' revisions ;;
  *exec*) echo a-token ;;
esac
`;
const others = `#!/usr/bin/env bash
cd_calls=$(dirname "$0")/../calls
echo "$(basename "$0") $* \${SMOKE_TOKEN:-}" >>"$cd_calls"
[ "$1" != edit ] || echo "$4" >>kustomization.yaml
if [ "$(basename "$0")" = npm ] && [ -e "$(dirname "$0")/../fails-smoke" ]; then exit 1; fi
`;

/** A tree with what the scripts need, and programs that record their calls. */
async function treeOf(t: TestContext, revisions: string): Promise<string> {
  const tree = await temporaryDirectory(t);
  for (const directory of ['scripts', 'bin', 'digests', 'k8s/overlays/aks', 'k8s/managed', 'k8s/secrets'])
    await mkdir(join(tree, directory), { recursive: true });
  const secrets = ['k8s/secrets/print-token.sh', 'k8s/secrets/lib.sh'];
  for (const script of ['scripts/roll-out.sh', 'scripts/prepare-release.sh', ...secrets])
    await copyFile(join(root, script), join(tree, script));
  await writeFile(join(tree, 'k8s/managed/kustomization.yaml'), '');
  await writeFile(
    join(tree, 'k8s/overlays/aks/addresses.yaml'),
    'data:\n  host: a.example\n  brokers: b:1\n',
  );
  await writeFile(join(tree, 'revisions'), revisions);
  for (const [index, { image, dockerfile }] of images.entries()) {
    await mkdir(join(tree, dockerfile, '..'), { recursive: true });
    await writeFile(join(tree, dockerfile), '');
    await writeFile(join(tree, 'digests', image), digestOf(index));
  }
  for (const [program, content] of Object.entries({ kubectl, kustomize: others, npm: others })) {
    await writeFile(join(tree, 'bin', program), content);
    await chmod(join(tree, 'bin', program), 0o755);
  }
  return tree;
}

async function rollOut(tree: string): Promise<{ code: number; stderr: string; calls: string[] }> {
  const env = {
    PATH: `${join(tree, 'bin')}:${process.env['PATH']}`,
    RONDO_HOST: 'todo.example.org',
    KAFKA_BROKERS: 'kafka.example.org:9093',
  };
  const script = join(tree, 'scripts/roll-out.sh');
  const { code, stderr } = await promisify(execFile)(
    'bash',
    [script, 'aks', 'ghcr.io/owner/rondo', join(tree, 'digests')],
    { env },
  ).then(
    (done) => ({ code: 0, stderr: done.stderr }),
    (error: { code: number; stderr: string }) => error,
  );
  const calls = (await readFile(join(tree, 'calls'), 'utf8').catch(() => '')).trim().split('\n');
  return { code, stderr, calls };
}

const called = (calls: string[], words: string) => calls.filter((call) => call.includes(words));
const inPlace = 'todo-service 7\naudit-service 3\n';

test('a release is applied by digest, awaited, and tested at its own address', async (t) => {
  const tree = await treeOf(t, inPlace);
  const { code, stderr, calls } = await rollOut(tree);
  assert.equal(code, 0, stderr);
  const applied = await readFile(join(tree, 'applied'), 'utf8');
  for (const [index, { image }] of images.entries())
    assert.ok(applied.includes(`rondo/${image}=ghcr.io/owner/rondo/${image}@${digestOf(index)}`), image);
  assert.match(applied, /host: todo\.example\.org\n {2}brokers: kafka\.example\.org:9093/);
  assert.equal(called(calls, 'wait --for=condition=complete job/release-job').length, 1);
  assert.equal(called(calls, 'rollout status').length, 2);
  assert.deepEqual(called(calls, 'npm'), ['npm run --silent smoke -- https://todo.example.org a-token']);
  assert.deepEqual(called(calls, 'undo'), []);
});

for (const [what, file, words] of [
  ['whose migration fails', 'fails', 'condition=complete'],
  ['whose pods never become ready', 'fails', 'rollout status deployment/audit-service'],
  ['that fails the smoke test', 'fails-smoke', ''],
] as const) {
  test(`a release ${what} is undone, and only the Deployments that it changed`, async (t) => {
    const tree = await treeOf(t, inPlace);
    await writeFile(join(tree, file), words);
    const { code, stderr, calls } = await rollOut(tree);
    assert.equal(code, 1);
    assert.match(stderr, /the earlier release is restored/);
    assert.deepEqual(called(calls, 'undo'), [
      'kubectl --namespace rondo rollout undo deployment/todo-service --to-revision=7',
    ]);
  });
}

test('the first release has no earlier one to restore', async (t) => {
  const tree = await treeOf(t, '');
  await writeFile(join(tree, 'fails'), 'condition=complete');
  const { code, stderr, calls } = await rollOut(tree);
  assert.equal(code, 1);
  assert.match(stderr, /there is no earlier release/);
  assert.deepEqual(called(calls, 'undo'), []);
});

test('nothing is applied if a digest is invalid', async (t) => {
  const tree = await treeOf(t, inPlace);
  await writeFile(join(tree, 'digests', 'gateway'), 'latest');
  const { code, stderr, calls } = await rollOut(tree);
  assert.equal(code, 1);
  assert.match(stderr, /the digest of gateway is invalid/);
  assert.deepEqual(called(calls, 'apply'), []);
});
