import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import ICAL from 'ical.js';
import type { Task } from '@rondo/shared/contracts/task';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { openPool } from '@rondo/postgres/open-pool';
import { service as todoService } from '../../src/service.ts';

let aheadMs = 0;
const lines: string[] = [];
const { person, service, database_url } = await startTestService({ after }, todoService, {
  clock: { now: () => new Date(Date.now() + aheadMs) },
  env: { LOG_LEVEL: 'trace' },
  logDestination: { write: (line: string) => lines.push(line) },
});
const dayMs = 24 * 60 * 60 * 1000;

type Feed = { path: string; created_at: string };

const feedOf = async (owner: TestPerson) => (await owner.call<Feed>('POST', '/api/v1/calendar-feed')).body;
const readFeed = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${service.url}${path}`, { headers });
const titlesAt = async (path: string) =>
  new ICAL.Component(ICAL.parse(await (await readFeed(path)).text()) as unknown[])
    .getAllSubcomponents('vtodo')
    .map((todo) => String(todo.getFirstPropertyValue('summary')))
    .toSorted();
const tasksOf = async (owner: TestPerson) =>
  (await owner.call<{ tasks: Task[] }>('GET', '/api/v1/tasks?limit=100')).body.tasks;

test('a feed shows the tasks of its owner, and no others', async () => {
  const [ada, bob] = [await person(), await person()];
  await ada.call('POST', '/api/v1/tasks', { title: "Ada's" });
  await bob.call('POST', '/api/v1/tasks', { title: "Bob's" });
  const made = await ada.call<Feed>('POST', '/api/v1/calendar-feed');
  assert.equal(made.status, 201);
  assert.match(made.body.path, /^\/calendar\/[A-Za-z0-9_-]{43}\.ics$/);
  const answer = await readFeed(made.body.path);
  assert.deepEqual(
    [answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control')],
    [200, 'text/calendar; charset=utf-8', 'private, no-cache'],
  );
  assert.deepEqual(await titlesAt(made.body.path), ["Ada's"]);
  assert.deepEqual(await titlesAt((await feedOf(bob)).path), ["Bob's"]);
});

test('a new secret replaces the previous one; a revoked secret answers like an unknown one', async () => {
  const ada = await person();
  const createdAt = async () =>
    (await ada.call<{ created_at: string | null }>('GET', '/api/v1/calendar-feed')).body;
  assert.deepEqual(await createdAt(), { created_at: null });
  const first = await feedOf(ada);
  const second = await feedOf(ada);
  assert.deepEqual(await createdAt(), { created_at: second.created_at });
  assert.notEqual(first.path, second.path);
  assert.deepEqual([(await readFeed(first.path)).status, (await readFeed(second.path)).status], [404, 200]);
  assert.equal((await ada.call('DELETE', '/api/v1/calendar-feed')).status, 204);
  assert.deepEqual(await createdAt(), { created_at: null });
  assert.equal((await ada.call('DELETE', '/api/v1/calendar-feed')).status, 204);
  const bodies = [second.path, '/calendar/x.ics'].map(async (path) => {
    const answer = await readFeed(path);
    const { instance: _request, ...body } = (await answer.json()) as Record<string, unknown>;
    return [answer.status, body];
  });
  const [revoked, unknown] = await Promise.all(bodies);
  assert.deepEqual(revoked, unknown);
  assert.equal(revoked?.[0], 404);
});

test('the secret is never logged', async () => {
  const ada = await person();
  const { path } = await feedOf(ada);
  await readFeed(path);
  await ada.call('DELETE', '/api/v1/calendar-feed');
  await readFeed(path);
  const logged = lines.join('');
  assert.match(logged, /"route":"\/calendar\/:secret\.ics"/);
  assert.ok(!logged.includes(path.slice('/calendar/'.length, -'.ics'.length)));
});

test('an unchanged feed is 304, also if a proxy made the ETag weak', async () => {
  const ada = await person();
  await ada.call('POST', '/api/v1/tasks', { title: 'milk', due_date: '2026-12-01' });
  const { path } = await feedOf(ada);
  const etag = (await readFeed(path)).headers.get('etag') ?? '';
  for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
    const answer = await readFeed(path, { 'if-none-match': known });
    assert.deepEqual(
      [answer.status, await answer.text(), answer.headers.get('etag')],
      [304, '', etag],
      known,
    );
  }
  await ada.call('POST', '/api/v1/tasks', { title: 'bread' });
  assert.equal((await readFeed(path, { 'if-none-match': etag })).status, 200);
});

test('the feed has no trash, and complete tasks only for 30 days', async (t) => {
  const ada = await person();
  for (const title of ['open', 'done', 'gone']) await ada.call('POST', '/api/v1/tasks', { title });
  const idOf = new Map((await tasksOf(ada)).map(({ id, title }) => [title, id]));
  await ada.call('POST', `/api/v1/tasks/${idOf.get('done')}/complete`);
  await ada.call('DELETE', `/api/v1/tasks/${idOf.get('gone')}`);
  const { path } = await feedOf(ada);
  t.after(() => (aheadMs = 0));
  aheadMs = 29 * dayMs;
  assert.deepEqual(await titlesAt(path), ['done', 'open']);
  aheadMs = 31 * dayMs;
  assert.deepEqual(await titlesAt(path), ['open']);
});

test('feed and import are 401 without a token', async () => {
  for (const [method, path] of [
    ['POST', 'calendar-feed'],
    ['GET', 'calendar-feed'],
    ['DELETE', 'calendar-feed'],
    ['POST', 'calendar-import'],
  ] as const) {
    assert.equal((await fetch(`${service.url}/api/v1/${path}`, { method })).status, 401, `${method} ${path}`);
  }
});

test('a 304 has no body and no length of one, also for HEAD, and reads no task', async () => {
  const ada = await person();
  const { body: task, headers } = await ada.call<Task>('POST', '/api/v1/tasks', { title: 'milk' });
  const { path } = await feedOf(ada);
  const etag = (await readFeed(path)).headers.get('etag') ?? '';
  const etagOfTask = headers.get('etag') ?? '';
  const pool = openPool(database_url, 'calendar test', 1);
  const client = await pool.connect();
  try {
    await client.query('BEGIN; LOCK TABLE todo_service.tasks IN ACCESS EXCLUSIVE MODE');
    for (const method of ['GET', 'HEAD']) {
      const answer = await fetch(`${service.url}${path}`, { method, headers: { 'if-none-match': etag } });
      assert.deepEqual(
        [answer.status, await answer.text(), answer.headers.get('content-length')],
        [304, '', null],
        method,
      );
    }
  } finally {
    await client.query('ROLLBACK');
    client.release();
    await pool.end();
  }
  for (const method of ['GET', 'HEAD']) {
    for (const known of [etagOfTask, `W/${etagOfTask}`, `"7", ${etagOfTask}`, '*']) {
      const answer = await fetch(`${service.url}/api/v1/tasks/${task.id}`, {
        method,
        headers: { authorization: `Bearer ${ada.token}`, 'if-none-match': known },
      });
      assert.deepEqual(
        [answer.status, await answer.text(), answer.headers.get('content-length')],
        [304, '', null],
        `${method} ${known}`,
      );
    }
  }
});

test('HEAD has the headers of GET, and no body', async () => {
  const ada = await person();
  const { path } = await feedOf(ada);
  const [head, get] = [await fetch(`${service.url}${path}`, { method: 'HEAD' }), await readFeed(path)];
  for (const name of ['etag', 'content-type', 'cache-control'])
    assert.equal(head.headers.get(name), get.headers.get(name), name);
  assert.deepEqual([head.status, await head.text(), head.headers.get('content-length')], [200, '', null]);
});

test('the ETag changes with the tasks, and with the day', async (t) => {
  const ada = await person();
  const { path } = await feedOf(ada);
  t.after(() => (aheadMs = 0));
  const etagOf = async () => (await readFeed(path)).headers.get('etag');
  const first = await etagOf();
  await ada.call('POST', '/api/v1/tasks', { title: 'milk' });
  const second = await etagOf();
  assert.notEqual(second, first);
  assert.equal(await etagOf(), second);
  aheadMs = dayMs;
  assert.notEqual(await etagOf(), second);
});

/** More than the buffers of a connection hold. */
async function largeFeed(owner: TestPerson): Promise<string> {
  const description = 'x'.repeat(20_000);
  const operations = Array.from({ length: 450 }, (_, n) => ({
    op: 'create',
    title: `task ${n}`,
    description,
    time_zone: 'Europe/Berlin',
    due_date: '2026-12-01T09:00:00Z',
  }));
  for (const from of [0, 150, 300])
    assert.equal(
      (await owner.call('POST', '/api/v1/tasks/bulk', { operations: operations.slice(from, from + 150) }))
        .status,
      200,
    );
  return (await feedOf(owner)).path;
}

test('a feed of many pages has each task once, and one description of a zone', async () => {
  const ada = await person();
  const path = await largeFeed(ada);
  const titles = await titlesAt(path);
  assert.deepEqual(titles, Array.from({ length: 450 }, (_, n) => `task ${n}`).toSorted());
  const text = await (await readFeed(path)).text();
  assert.equal(text.match(/BEGIN:VTIMEZONE/g)?.length, 1);
});

test('one answer of a secret is written at a time; the next one waits until it is read or given up', async () => {
  const ada = await person();
  const path = await largeFeed(ada);
  const slow = new AbortController();
  const first = await fetch(`${service.url}${path}`, { signal: slow.signal });
  let isAnswered = false;
  const second = readFeed(path).then((answer) => {
    isAnswered = true;
    return answer.text();
  });
  // Another person's feed doesn't wait.
  assert.equal((await readFeed((await feedOf(await person())).path)).status, 200);
  assert.equal(isAnswered, false);
  slow.abort();
  assert.match(await second, /END:VCALENDAR\r\n$/);
  assert.equal(first.status, 200);
});
