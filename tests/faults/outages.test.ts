import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { v7 } from 'uuid';
import { openIssuer } from '@rondo/gateway/issuer';
import { eventually } from '@rondo/shared/test/eventually';
import { postmasterOf } from '../support/frozen-postgres.ts';
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

/** Requests of each service: through its database, and for WebSocket through its sidecar's state store. */
const requests: [service: string, method: string, path: string, body?: object][] = [
  ['todo-service', 'GET', '/api/v1/tasks'],
  ['todo-service', 'POST', '/api/v1/tasks', { title: 'now' }],
  ['todo-service', 'POST', '/api/v1/tasks/bulk', { operations: [{ op: 'complete', id: v7() }] }],
  ['audit-service', 'GET', '/api/v1/audit'],
  ['notification-service', 'GET', '/api/v1/notifications'],
  ['recurring-task-service', 'GET', '/api/v1/schedules'],
  ['websocket-service', 'POST', '/api/v1/ws-tickets'],
];

test('PostgreSQL hangs: every service answers 503 within its deadline, and all goes on when it resumes', async (t) => {
  const [databaseDir, dataDir] = [await temporaryDirectory(t), await temporaryDirectory(t)];
  const postgres = await startOwnPostgres(databaseDir);
  t.after(() => postgres.stop());
  const { host, person, survives } = await openHost(t, dataDir, { DATABASE_URL: postgres.url });
  const token = await (await openIssuer(dataDir)).tokenFor('ada');
  const { services } = host.endpoints;
  await survives(async () => {
    const resume = postgres.freeze();
    try {
      const answers = await Promise.all(
        requests.map(async ([service, method, path, body]) => {
          const asked = personAt(() => services[service] ?? '', 'ada', token);
          const answer = await asked.call(method, path, body).catch(() => ({ status: 'no answer' }));
          return [method, path, answer.status];
        }),
      );
      assert.deepEqual(
        answers,
        requests.map(([, method, path]) => [method, path, 503]),
      );
      assert.equal((await person.call('GET', '/health/ready')).status, 503);
    } finally {
      resume();
    }
  });
});

test("the host's PostgreSQL is killed under load: it comes back by itself, and nothing is lost", async (t) => {
  const dataDir = await temporaryDirectory(t);
  const { host, survives } = await openHost(t, dataDir);
  await survives(async () => {
    process.kill(postmasterOf(join(dataDir, 'postgres')), 'SIGKILL');
    await eventually(() => host.lines.includes('PostgreSQL runs again.'), { timeout_ms: 60_000 });
  });
  assert.equal(await host.end('SIGTERM'), 0);
});

test('a data disk that is almost full: writes get a clear error, reads work, and writes work again once there is space', async (t) => {
  const disk = await mountSmallDisk(300);
  if (!disk) return t.skip('this user may not mount a small disk');
  const { host, person, survives } = await openHost(t, disk.directory);
  t.after(() => disk.unmount());
  await survives(async () => {
    await disk.fillUpTo(24);
    const line = `The disk that holds ${disk.directory} is almost full: changes are refused until there is space.`;
    await eventually(() => host.lines.includes(line), { what: 'the terminal to report the disk' });
    // Each service looks at the disk by itself.
    await eventually(async () => {
      const { body } = await person.call('GET', '/health/ready');
      const readiness = body as {
        status: string;
        problem: string;
        services: Record<string, { dependencies: Record<string, { status: string }> }>;
      };
      assert.deepEqual([readiness.status, readiness.problem], ['degraded', line]);
      for (const { dependencies } of Object.values(readiness.services))
        assert.equal(dependencies['disk']?.status, 'degraded');
      return true;
    });
    const refusals = await Promise.all(
      (
        [
          ['POST', '/api/v1/tasks', { title: 'x' }],
          ['PUT', '/api/v1/notification-settings', {}],
          ['POST', '/api/v1/calendar-feed'],
        ] as const
      ).map(async ([method, path, sent]) => {
        const answer = await person.call(method, path, sent);
        return [answer.status, (answer.body as { code: string }).code];
      }),
    );
    assert.deepEqual(
      refusals,
      refusals.map(() => [503, 'disk-almost-full']),
    );
    assert.equal((await person.call('GET', '/api/v1/tasks')).status, 200);
    assert.equal((await person.call('POST', '/api/v1/ws-tickets')).status, 201, 'sockets open');
    await disk.free();
    await eventually(() => host.lines.some((said) => said.includes('has space again')), {
      what: 'the terminal to report the free space',
    });
  });
});

test('a data disk that something else fills completely: the host comes back by itself once there is space', async (t) => {
  const disk = await mountSmallDisk(300);
  if (!disk) return t.skip('this user may not mount a small disk');
  const { host, person, survives } = await openHost(t, disk.directory);
  t.after(() => disk.unmount());
  await survives(async () => {
    await disk.fill();
    process.kill(postmasterOf(join(disk.directory, 'postgres')), 'SIGKILL');
    await eventually(() => host.lines.some((line) => line.startsWith('PostgreSQL exited')));
    assert.equal((await person.call('POST', '/api/v1/tasks', { title: 'x' })).status, 503);
    await disk.free();
    await eventually(() => host.lines.includes('PostgreSQL runs again.'), { timeout_ms: 60_000 });
  });
  assert.equal(await host.end('SIGTERM'), 0);
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
