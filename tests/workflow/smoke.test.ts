import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { openIssuer } from '@rondo/gateway/issuer';
import { startHostProcess } from '../support/host-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { root } from './workflow.ts';

const runSmoke = (url: string, token: string) =>
  promisify(execFile)(process.execPath, [...process.execArgv, join(root, 'scripts/smoke.ts'), url], {
    env: { ...process.env, SMOKE_TOKEN: token },
  });

test('the smoke test passes on a working Rondo, and fails with the token of another issuer', async (t) => {
  const dataDir = await temporaryDirectory(t);
  const host = await startHostProcess(dataDir);
  t.after(() => host.end('SIGTERM'));
  const token = await (await openIssuer(dataDir)).tokenFor('smoke');
  const { stdout } = await runSmoke(host.endpoints.url, token);
  assert.equal(stdout, `smoke: ${host.endpoints.url} works\n`);
  const stranger = await (await openIssuer(await temporaryDirectory(t))).tokenFor('smoke');
  await assert.rejects(runSmoke(host.endpoints.url, stranger), {
    code: 1,
    stderr: /POST \/api\/v1\/tasks: 401/,
  });

  await t.test('and the SQL command of docs/operations.md reads its database', async () => {
    const operations = readFileSync(join(root, 'docs/operations.md'), 'utf8');
    const [, program, statement] = /^node -e '\n([^']+)' "([^"]+)"$/m.exec(operations) ?? [];
    assert.ok(program && statement);
    const answer = await promisify(execFile)(process.execPath, ['-e', program, statement], {
      cwd: root,
      env: { ...process.env, RONDO_DATA_DIR: dataDir },
    });
    assert.match(answer.stdout, /xact_start/);
  });
});
