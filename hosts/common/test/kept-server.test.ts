import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createLog } from '@rondo/shared/observability/log';
import { query } from '@rondo/postgres/test/query';
import { eventually } from '@rondo/shared/test/eventually';
import { postmasterOf } from '../../../tests/support/frozen-postgres.ts';
import { mountSmallDisk } from '../../../tests/support/small-disk.ts';
import { temporaryDirectory } from '../../../tests/support/temporary-directory.ts';
import { startPostgres } from '../src/postgres/start-postgres.ts';

const log = createLog('test', 'silent');
const restartTimeoutMs = 60_000;

async function startKept(t: TestContext, dataDir: string) {
  const said: string[] = [];
  const postgres = await startPostgres({ dataDir, port: 0, log, keep: { say: (line) => said.push(line) } });
  t.after(() => postgres.stop());
  const kill = () => process.kill(postmasterOf(join(dataDir, 'postgres')), 'SIGKILL');
  const answers = (sql: string) => query(postgres.url, sql).catch(() => undefined);
  return { postgres, said, kill, answers };
}

test('a killed server comes back at its address with all that was committed, as often as it is killed', async (t) => {
  const { postgres, said, kill, answers } = await startKept(t, await temporaryDirectory(t));
  await query(postgres.url, 'CREATE TABLE numbers (number integer)');
  for (const round of [1, 2]) {
    await query(postgres.url, `INSERT INTO numbers VALUES (${round})`);
    kill();
    await eventually(
      () => said.filter((line) => line.startsWith('PostgreSQL exited (SIGKILL)')).length === round,
    );
    const rows = await eventually(() => answers('SELECT number FROM numbers ORDER BY number'), {
      timeout_ms: restartTimeoutMs,
    });
    assert.equal(rows.length, round);
  }
  await eventually(() => said.filter((line) => line === 'PostgreSQL runs again.').length === 2);
});

test('a stop while the server is restarted is final', async (t) => {
  const { postgres, said, kill, answers } = await startKept(t, await temporaryDirectory(t));
  kill();
  await eventually(() => said.length > 0);
  await postgres.stop();
  assert.equal(await answers('SELECT 1'), undefined);
});

test('a server that crashed on a full disk comes back when there is space', async (t) => {
  const disk = await mountSmallDisk(120);
  if (!disk) return t.skip('this user may not mount a small disk');
  const { postgres, kill, answers } = await startKept(t, disk.directory);
  t.after(() => disk.unmount());
  await query(postgres.url, 'CREATE TABLE numbers AS SELECT 1 AS number');
  await disk.fill();
  kill();
  await eventually(async () => (await answers('SELECT 1')) === undefined);
  await disk.free();
  const rows = await eventually(() => answers('SELECT number FROM numbers'), {
    timeout_ms: restartTimeoutMs,
  });
  assert.deepEqual(rows, [{ number: 1 }]);
});
