import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { openIssuer } from '@rondo/gateway/issuer';
import { eventually } from '@rondo/shared/test/eventually';
import { startHostProcess } from '../support/host-process.ts';
import { startOwnPostgres } from '../support/own-postgres.ts';
import { personAt } from '../support/person.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { survives } from '../support/survives.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** Starts a host with one person, and kills it after the test. */
async function openHost(t: TestContext, dataDir: string, env: Record<string, string> = {}) {
  const host = await startHostProcess(dataDir, env);
  t.after(() => host.end('SIGKILL'));
  const url = () => host.endpoints.url;
  const person = personAt(url, 'ada', await (await openIssuer(dataDir)).tokenFor('ada'));
  return { host, person, survives: (happen: () => Promise<void>) => survives(t, [person], url, happen) };
}

test('PostgreSQL stops, then crashes, under a running host: requests get a clear error, nothing is lost', async (t) => {
  const [databaseDir, dataDir] = [await temporaryDirectory(t), await temporaryDirectory(t)];
  const postgres = await startOwnPostgres(databaseDir);
  t.after(() => postgres.stop());
  const { host, person, survives } = await openHost(t, dataDir, { DATABASE_URL: postgres.url });

  await survives(async () => {
    await postgres.stop();
    const { status, body } = await person.call('POST', '/api/v1/tasks', { title: 'now' });
    assert.deepEqual([status, (body as { code: string }).code], [503, 'unavailable']);
    assert.equal((await person.call('GET', '/health/ready')).status, 503);
    await postgres.start();
  });
  await survives(async () => {
    await postgres.crash();
    await postgres.start();
  });
  assert.equal(await host.end('SIGTERM'), 0);
});

test('the host is suspended for three seconds and resumes', async (t) => {
  const dataDir = await temporaryDirectory(t);
  const { host, survives } = await openHost(t, dataDir);
  await survives(async () => {
    process.kill(host.endpoints.pid, 'SIGSTOP');
    await pause(3_000);
    process.kill(host.endpoints.pid, 'SIGCONT');
  });
});

test('a full database disk: writes get a clear error, reads work, and writes work again once there is space', async (t) => {
  const disk = await mountSmallDisk(400);
  if (!disk) return t.skip('this user may not mount a small disk');
  const dataDir = await temporaryDirectory(t);
  const postgres = await startOwnPostgres(disk.directory);
  const { person, survives } = await openHost(t, dataDir, { DATABASE_URL: postgres.url });
  t.after(async () => {
    await postgres.stop();
    await disk.unmount();
  });
  const create = () =>
    person.call('POST', '/api/v1/tasks', { title: 'x'.repeat(200), description: 'y'.repeat(15_000) });

  await survives(async () => {
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

test('a full data disk: terminal, health and errors report it, and writes work again once there is space', async (t) => {
  const disk = await mountSmallDisk(200);
  if (!disk) return t.skip('this user may not mount a small disk');
  const { host, person, survives } = await openHost(t, disk.directory);
  t.after(() => disk.unmount());
  await survives(async () => {
    await disk.fill();
    const line = `The disk that holds ${disk.directory} is full: changes fail until there is space.`;
    await eventually(() => host.lines.includes(line), {
      what: 'the terminal to report the full disk',
    });
    const { body } = await person.call('GET', '/health/ready');
    assert.equal((body as { problem: string }).problem, line);
    assert.notEqual((body as { status: string }).status, 'ready');
    await eventually(
      async () => {
        const task = { title: 'x', description: 'y'.repeat(15_000) };
        const answer = await person.call('POST', '/api/v1/tasks', task);
        return answer.status === 503 && /disk of the database is full/.test(JSON.stringify(answer.body));
      },
      { what: 'an error that says that the disk is full' },
    );
    await disk.free();
    await eventually(() => host.lines.some((said) => said.includes('has space again')), {
      what: 'the terminal to report the free space',
    });
  });
});

test('a start on a full disk fails with one line that says what to do', async (t) => {
  const disk = await mountSmallDisk(30);
  if (!disk) return t.skip('this user may not mount a small disk');
  t.after(() => disk.unmount());
  await disk.fill();
  await assert.rejects(startHostProcess(disk.directory), ({ message }: Error) => {
    const said = message.split('\n').filter((line) => line.includes('rondo:'));
    return said.length === 1 && said.join().includes('is full: free some space and start again');
  });
});
