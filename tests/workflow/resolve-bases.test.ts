import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { root } from './workflow.ts';

const digest = `sha256:${'a'.repeat(64)}`;

/** Runs the script with a docker that answers `answer` for each image. */
async function resolveBases(t: TestContext, answer: string) {
  const directory = await temporaryDirectory(t);
  const docker = `#!/bin/sh\n[ "$1 $2 $3" = "buildx imagetools inspect" ] || exit 1\n${answer}\n`;
  await writeFile(join(directory, 'docker'), docker, { mode: 0o755 });
  return spawnSync('bash', [join(root, 'scripts/resolve-bases.sh')], {
    encoding: 'utf8',
    env: { PATH: `${directory}:${process.env['PATH']}` },
  });
}

test('each base is printed by tag and digest, as a build argument', async (t) => {
  const { status, stdout } = await resolveBases(t, `echo ${digest}`);
  assert.equal(status, 0);
  assert.match(
    stdout,
    new RegExp(
      `^BUILD_BASE=docker\\.io/library/node:\\S+@${digest}\nRUNTIME_BASE=gcr\\.io/\\S+@${digest}\n$`,
    ),
  );
});

for (const [what, answer] of [
  ['an image that is not found', 'exit 1'],
  ['an answer that is no digest', 'echo latest'],
] as const)
  test(`${what} fails the build`, async (t) => {
    const { status, stderr } = await resolveBases(t, answer);
    assert.equal(status, 1);
    assert.match(stderr, /^resolve-bases: /m);
  });
