import assert from 'node:assert/strict';
import { chmod, mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { closeKeyFiles } from '../src/key-files.ts';
import { temporaryDirectory } from '../../../tests/support/temporary-directory.ts';

test('key files that other users can read are closed, and each is named once', async (t) => {
  const dataDir = await temporaryDirectory(t);
  await mkdir(join(dataDir, 'identity'));
  const [password, key, closed] = ['postgres.password', 'identity/a.json', 'identity/b.json'].map((name) =>
    join(dataDir, name),
  ) as [string, string, string];
  for (const path of [password, key, closed]) await writeFile(path, 'x', { mode: 0o600 });
  await chmod(password, 0o644);
  await chmod(key, 0o640);
  const lines: string[] = [];
  for (let starts = 0; starts < 2; starts += 1) await closeKeyFiles(dataDir, (line) => lines.push(line));
  assert.equal(lines.length, 2);
  assert.ok(lines[0]?.includes(password) && lines[1]?.includes(key), lines.join('\n'));
  for (const path of [password, key, closed]) assert.equal((await stat(path)).mode & 0o777, 0o600, path);
});

test('a data directory that does not exist yet has no key files', async (t) => {
  await closeKeyFiles(join(await temporaryDirectory(t), 'none'), assert.fail);
});
