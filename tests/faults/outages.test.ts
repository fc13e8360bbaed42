import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { openIssuer } from '@rondo/front-door/issuer';
import { startPostgres, type EmbeddedPostgres } from '@rondo/embedded/postgres/start-postgres';
import { createLog } from '@rondo/shared/runtime/log';
import { eventually } from '@rondo/shared/test/eventually';
import { followerOf } from '../support/follower.ts';
import { startHostProcess, type HostProcess } from '../support/host-process.ts';
import { assertInvariants, assertSameTasks, fold } from '../support/invariants.ts';
import { personAt, type Person } from '../support/person.ts';
import { seededRandom } from '../support/random.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { writeUntil } from '../support/writer.ts';

const log = createLog('outages', 'silent');

async function personOf(host: HostProcess, dataDir: string): Promise<Person> {
  const issuer = await openIssuer(dataDir);
  return personAt(() => host.endpoints.url, 'ada', await issuer.tokenFor('ada'));
}

/** Writes and follows while something happens; then nothing may be lost, doubled or out of order. */
async function survives(host: HostProcess, person: Person, happen: () => Promise<void>): Promise<void> {
  const follower = followerOf(person, () => host.endpoints.url);
  const done = new AbortController();
  const writer = writeUntil(done.signal, person, seededRandom(1));
  const moreIsAccepted = async () => {
    const goal = writer.accepted.length + 20;
    await eventually(() => writer.accepted.length >= goal, {
      timeout_ms: 40_000,
      what: 'writes to be accepted',
    });
  };
  try {
    await moreIsAccepted();
    await happen();
    await moreIsAccepted();
    done.abort();
    await writer.finished;
    const feed = await assertInvariants(person, writer.accepted);
    await eventually(() => follower.events.length >= feed.length, {
      timeout_ms: 20_000,
      what: 'the socket to converge',
    });
    assertSameTasks(fold(follower.events), fold(feed));
  } finally {
    done.abort();
    follower.close();
  }
}

async function startOwnPostgres(t: TestContext, dataDir: string, port = 0): Promise<EmbeddedPostgres> {
  const postgres = await startPostgres({ data_dir: dataDir, port, log });
  t.after(() => postgres.stop());
  return postgres;
}

/** Kills the server as a crash does: its processes end at once, and the next start recovers. */
async function crash(postgres: EmbeddedPostgres, dataDir: string): Promise<void> {
  const [pid] = (await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n');
  process.kill(Number(pid), 'SIGQUIT');
  await postgres.exited;
  await postgres.stop();
}

test('PostgreSQL is stopped, and then crashes, under the running host: answers are clear, nothing is lost', async (t) => {
  const [databaseDir, dataDir] = [await temporaryDirectory(t), await temporaryDirectory(t)];
  let postgres = await startOwnPostgres(t, databaseDir);
  const port = Number(new URL(postgres.url).port);
  const host = await startHostProcess(dataDir, { DATABASE_URL: postgres.url });
  t.after(() => host.end('SIGKILL'));
  const person = await personOf(host, dataDir);

  await survives(host, person, async () => {
    await postgres.stop();
    const { status, body } = await person.call('POST', '/api/v1/tasks', { title: 'now' });
    assert.deepEqual([status, (body as { code: string }).code], [503, 'unavailable']);
    assert.equal((await person.call('GET', '/health/ready')).status, 503);
    postgres = await startOwnPostgres(t, databaseDir, port);
  });
  await survives(host, person, async () => {
    await crash(postgres, databaseDir);
    postgres = await startOwnPostgres(t, databaseDir, port);
  });
  assert.equal(await host.end('SIGTERM'), 0);
});

test('the host stands still for three seconds and goes on', async (t) => {
  const dataDir = await temporaryDirectory(t);
  const host = await startHostProcess(dataDir);
  t.after(() => host.end('SIGKILL'));
  const person = await personOf(host, dataDir);
  await survives(host, person, async () => {
    process.kill(host.endpoints.pid, 'SIGSTOP');
    await pause(3_000);
    process.kill(host.endpoints.pid, 'SIGCONT');
  });
});

test('a full disk: writes are refused with a clear answer, reads go on, and with space again all goes on', async (t) => {
  const disk = await mountSmallDisk(400);
  if (!disk) return t.skip('this user may not mount a small disk');
  const dataDir = await temporaryDirectory(t);
  const postgres = await startPostgres({ data_dir: disk.directory, port: 0, log });
  const host = await startHostProcess(dataDir, { DATABASE_URL: postgres.url });
  t.after(async () => {
    await host.end('SIGKILL');
    await postgres.stop();
    await disk.unmount();
  });
  const person = await personOf(host, dataDir);
  const create = () =>
    person.call('POST', '/api/v1/tasks', { title: 'x'.repeat(200), description: 'y'.repeat(15_000) });

  await survives(host, person, async () => {
    await disk.fill();
    const refusal = await eventually(async () => {
      const answer = await create();
      return answer.status >= 300 && answer;
    });
    assert.deepEqual([refusal.status, (refusal.body as { code: string }).code], [503, 'unavailable']);
    assert.equal((await person.call('GET', '/api/v1/tasks')).status, 200);
    await disk.free();
  });
});

test('a start on a full disk is one line that says what to do', async (t) => {
  const disk = await mountSmallDisk(30);
  if (!disk) return t.skip('this user may not mount a small disk');
  t.after(() => disk.unmount());
  await disk.fill();
  await assert.rejects(startHostProcess(disk.directory), ({ message }: Error) => {
    const said = message.split('\n').filter((line) => line.includes('rondo:'));
    return said.length === 1 && said.join().includes('is full: free some space and start again');
  });
});
