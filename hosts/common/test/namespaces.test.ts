/** Two hosts on one data directory that can't see each other's processes, as in two containers. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { query } from '@rondo/postgres/test/query';
import { createLog } from '@rondo/shared/observability/log';
import { eventually } from '@rondo/shared/test/eventually';
import { temporaryDirectory } from '../../../tests/support/temporary-directory.ts';
import { lockInstance } from '../src/instance-lock.ts';
import { startPostgres } from '../src/postgres/start-postgres.ts';
import { StartError } from '../src/start-error.ts';
import { runInNamespace, whyNoNamespaces } from './support/other-namespace.ts';

const skip = (await whyNoNamespaces()) ?? false;
const log = createLog('test', 'silent');
const holdingHost = join(import.meta.dirname, 'support', 'holding-host.ts');
const writingHost = join(import.meta.dirname, 'support', 'writing-host.ts');

const startErrorLike = (message: RegExp) => (error: unknown) =>
  error instanceof StartError && message.test(error.message);

test('a lock that a process in another PID namespace holds is refused', { skip }, async (t) => {
  const dataDir = await temporaryDirectory(t);
  const other = runInNamespace(t, holdingHost, dataDir);
  await other.line(/^held$/);
  await assert.rejects(
    lockInstance(dataDir),
    startErrorLike(/in use by another Rondo \(process \d+ in another container\): stop that one/),
  );
  await other.end();
  await using lock = await lockInstance(dataDir);
  assert.equal(lock.wasStale, true, 'the kernel releases it with the process');
});

test('a process in another PID namespace is refused a lock that is held here', { skip }, async (t) => {
  const dataDir = await temporaryDirectory(t);
  const lock = await lockInstance(dataDir);
  const refused = runInNamespace(t, holdingHost, dataDir);
  assert.match(await refused.line(/./), /^program/);
  assert.match(
    await refused.line(/Error/),
    new RegExp(`in use by another Rondo \\(process ${process.pid} in another container\\)`),
  );
  await lock.release();
  await runInNamespace(t, holdingHost, dataDir).line(/^held$/);
});

test('a server in another PID namespace keeps running, and keeps its postmaster.pid', { skip }, async (t) => {
  const dataDir = await temporaryDirectory(t);
  const pidFile = join(dataDir, 'postgres', 'postmaster.pid');
  const other = runInNamespace(t, writingHost, dataDir);
  await other.line(/^100$/);
  const before = await readFile(pidFile, 'utf8');
  const start = () => startPostgres({ dataDir, port: 0, log });
  await assert.rejects(
    start(),
    startErrorLike(/in use by another Rondo \(process \d+ in another container\)/),
  );

  // Its host is killed while the server hangs: only the server's own lock shows that it is there.
  const servers = await serversOf(dataDir);
  for (const pid of servers) process.kill(pid, 'SIGSTOP');
  await other.kill();
  await assert.rejects(
    start(),
    startErrorLike(/^PostgreSQL \(process \d+ in another container\) still uses .*: stop it there/),
  );
  assert.equal(await readFile(pidFile, 'utf8'), before);
  for (const pid of servers) process.kill(pid, 'SIGCONT');

  const committed = Math.max(...other.lines.map(Number).filter(Number.isInteger));
  await using postgres = await eventually(() => start().catch(() => undefined), { timeout_ms: 60_000 });
  await assertKept(postgres.url, committed);
});

test('a server that was killed with its namespace is followed by one here', { skip }, async (t) => {
  const dataDir = await temporaryDirectory(t);
  const other = runInNamespace(t, writingHost, dataDir);
  await other.line(/^100$/);
  await other.end();
  await using postgres = await startPostgres({ dataDir, port: 0, log });
  assert.equal(postgres.recovered, true);
  const committed = Math.max(...other.lines.map(Number).filter(Number.isInteger));
  await assertKept(postgres.url, committed);
});

async function assertKept(url: string, committed: number): Promise<void> {
  const [row] = (await query(url, 'SELECT max(number) AS max FROM numbers')) as [{ max: number }];
  assert.ok(row.max >= committed, `${committed} were committed`);
}

/** The server of a data directory and its children, as this namespace sees them. */
async function serversOf(dataDir: string): Promise<number[]> {
  const run = promisify(execFile);
  const { stdout: server } = await run('pgrep', ['--full', `postgres -D ${dataDir}`]);
  const found = server.trim().split('\n');
  const { stdout: children } = await run('pgrep', ['--parent', found.join(',')]);
  return [...found, ...children.trim().split('\n')].map(Number);
}
