import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import ICAL from 'ical.js';
import { v7 } from 'uuid';
import type { Task } from '@rondo/shared/contracts/task';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';
import { calendarOf } from '../support/calendar-task.ts';

let aheadMs = 0;
const lines: string[] = [];
const { person, issuer, service } = await startTestService({ after }, todoService, {
  clock: { now: () => new Date(Date.now() + aheadMs) },
  env: { LOG_LEVEL: 'trace' },
  logDestination: { write: (line: string) => lines.push(line) },
});
const dayMs = 24 * 60 * 60 * 1000;

type Feed = { path: string; created_at: string };
type Remark = { uid: string | null; summary: string | null; reason: string };
type Report = { imported: number; skipped: Remark[]; notes: Remark[] };

const feedOf = async (owner: TestPerson) => (await owner.call<Feed>('POST', '/api/v1/calendar-feed')).body;
const readFeed = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${service.url}${path}`, { headers });
const titlesAt = async (path: string) =>
  new ICAL.Component(ICAL.parse(await (await readFeed(path)).text()) as unknown[])
    .getAllSubcomponents('vtodo')
    .map((todo) => String(todo.getFirstPropertyValue('summary')))
    .toSorted();
const importBy = (owner: TestPerson, text: string) =>
  owner.call<Report>('POST', '/api/v1/calendar-import', text, {
    'content-type': 'text/calendar; charset=utf-8',
  });
const todo = (uid: string, ...lines: string[]) =>
  ['BEGIN:VTODO', `UID:${uid}`, `SUMMARY:${uid}`, ...lines, 'END:VTODO'].join('\r\n');
const tasksOf = async (owner: TestPerson) =>
  (await owner.call<{ tasks: Task[] }>('GET', '/api/v1/tasks?limit=100')).body.tasks;

test('a feed shows the tasks of whoever made it, and no others', async () => {
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

test('a new secret ends the one before, a revoked one is as unknown as any other', async () => {
  const ada = await person();
  const told = async () =>
    (await ada.call<{ created_at: string | null }>('GET', '/api/v1/calendar-feed')).body;
  assert.deepEqual(await told(), { created_at: null });
  const first = await feedOf(ada);
  const second = await feedOf(ada);
  assert.deepEqual(await told(), { created_at: second.created_at });
  assert.notEqual(first.path, second.path);
  assert.deepEqual([(await readFeed(first.path)).status, (await readFeed(second.path)).status], [404, 200]);
  assert.equal((await ada.call('DELETE', '/api/v1/calendar-feed')).status, 204);
  assert.deepEqual(await told(), { created_at: null });
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

test('the secret stands in no log', async () => {
  const ada = await person();
  const { path } = await feedOf(ada);
  await readFeed(path);
  await ada.call('DELETE', '/api/v1/calendar-feed');
  await readFeed(path);
  const logged = lines.join('');
  assert.match(logged, /"route":"\/calendar\/:secret\.ics"/);
  assert.ok(!logged.includes(path.slice('/calendar/'.length, -'.ics'.length)));
});

test('what has not changed is 304, also to a proxy that made the ETag weak', async () => {
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

test('the trash is not shown, and what is complete for 30 days', async (t) => {
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

test('a file is imported once; undo takes it back, and then it is in the trash', async () => {
  const ada = await person();
  const file = calendarOf(
    todo('milk', 'DUE;VALUE=DATE:20261201'),
    todo('bread'),
    todo('no', 'STATUS:CANCELLED'),
  );
  const cancelled = { uid: 'no', summary: 'no', reason: 'it is cancelled' };
  const first = await importBy(ada, file);
  assert.deepEqual([first.status, first.body], [200, { imported: 2, skipped: [cancelled], notes: [] }]);
  const skippedFor = (reason: string) => ({
    imported: 0,
    skipped: [cancelled, ...['milk', 'bread'].map((uid) => ({ uid, summary: uid, reason }))],
    notes: [],
  });
  assert.deepEqual((await importBy(ada, file)).body, skippedFor('it is here already'));
  assert.deepEqual((await tasksOf(ada)).map(({ title, due_date }) => `${title} ${due_date}`).toSorted(), [
    'bread null',
    'milk 2026-12-01',
  ]);
  assert.equal((await ada.call('POST', '/api/v1/undo')).status, 200);
  assert.deepEqual(await tasksOf(ada), []);
  assert.deepEqual((await importBy(ada, file)).body, skippedFor('it is in the trash'));
});

test('the same file makes tasks of their own for another person', async () => {
  const [ada, bob] = [await person(), await person()];
  for (const one of [ada, bob])
    assert.equal((await importBy(one, calendarOf(todo('milk')))).body.imported, 1);
  const [his] = await tasksOf(bob);
  const [hers] = await tasksOf(ada);
  assert.notEqual(his?.id, hers?.id);
});

test('two imports of one file at the same time make each task once', async () => {
  const ada = await person();
  const file = calendarOf(...Array.from({ length: 20 }, (_, n) => todo(`t${n}`)));
  const reports = await Promise.all([importBy(ada, file), importBy(ada, file)]);
  assert.deepEqual(
    reports.map(({ body }) => body.imported).toSorted((a, b) => a - b),
    [0, 20],
  );
});

test("one's own feed brings nothing new to oneself, and everything to somebody else", async () => {
  const [ada, bob] = [await person(), await person()];
  const parent = (await ada.call<Task>('POST', '/api/v1/tasks', { title: 'trip', list: 'fun' })).body;
  await ada.call('POST', '/api/v1/tasks', { title: 'pack', parent_id: parent.id, due_date: '2026-12-01' });
  const text = await (await readFeed((await feedOf(ada)).path)).text();
  const again = (await importBy(ada, text)).body;
  assert.deepEqual([again.imported, again.notes], [0, []]);
  assert.equal((await tasksOf(ada)).length, 2);
  assert.equal((await importBy(bob, text)).body.imported, 2);
  const tasks = await tasksOf(bob);
  const trip = tasks.find(({ title }) => title === 'trip');
  assert.equal(trip?.list, 'fun');
  assert.equal(tasks.find(({ title }) => title === 'pack')?.parent_id, trip.id);
});

test('relations come before their order in the file; what has no place below another stands at the top', async () => {
  const ada = await person();
  const chain = Array.from({ length: 12 }, (_, n) =>
    todo(`c${n}`, ...(n === 0 ? [] : [`RELATED-TO:c${n - 1}`])),
  );
  const { body } = await importBy(
    ada,
    calendarOf(
      todo('below', 'RELATED-TO:above'),
      todo('above'),
      todo('a', 'RELATED-TO:b'),
      todo('b', 'RELATED-TO:a'),
      todo('lost', 'RELATED-TO:nobody'),
      ...chain.toReversed(),
    ),
  );
  assert.deepEqual([body.imported, body.skipped], [17, []]);
  const tasks = await tasksOf(ada);
  const idOf = new Map(tasks.map(({ id, title }) => [title, id]));
  const below = tasks.filter(({ parent_id }) => parent_id === idOf.get('above'));
  assert.deepEqual(
    below.map(({ title }) => title),
    ['below'],
  );
  assert.deepEqual(body.notes.map(({ uid }) => uid ?? '').toSorted(), ['b', 'c10', 'lost']);
});

test('more than a command holds is imported in several', async () => {
  const ada = await person();
  const file = calendarOf(...Array.from({ length: 1_001 }, (_, n) => todo(`t${n}`)));
  assert.equal((await importBy(ada, file)).body.imported, 1_001);
  assert.equal((await ada.call<{ tasks: Task[] }>('POST', '/api/v1/undo')).body.tasks.length, 1);
  assert.equal((await ada.call<{ tasks: Task[] }>('POST', '/api/v1/undo')).body.tasks.length, 500);
});

test("times that float are on the person's own clock", async () => {
  const token = await issuer.tokenFor({ sub: v7(), zoneinfo: 'Asia/Kathmandu' });
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${service.url}/api/v1/calendar-import`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'text/calendar' },
    body: `\uFEFF${calendarOf(todo('tea', 'DUE:20261201T160000'))}`,
  });
  assert.equal(response.status, 200);
  const list = await fetch(`${service.url}/api/v1/tasks`, { headers });
  const { tasks } = (await list.json()) as { tasks: Task[] };
  assert.equal(tasks[0]?.due_date, '2026-12-01T16:00:00+05:45');
});

for (const [what, body, contentType, status] of [
  ['what is not iCalendar', 'hello', 'text/calendar', 422],
  ['nothing', '', 'text/calendar', 422],
  ['more than 1 MiB', calendarOf(todo('x'.repeat(1024 * 1024))), 'text/calendar', 413],
  ['JSON', '{}', 'application/json', 422],
  ['a form', 'a=b', 'application/x-www-form-urlencoded', 415],
  ['text that is not UTF-8', Buffer.from([0x42, 0xff]), 'text/calendar', 422],
] as const) {
  test(`an import of ${what} is ${status}`, async () => {
    const ada = await person();
    const response = await fetch(`${service.url}/api/v1/calendar-import`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ada.token}`, 'content-type': contentType },
      body,
    });
    assert.equal(response.status, status);
    assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/);
  });
}

test('feed and import are nobody else to use: without a token they are 401', async () => {
  for (const [method, path] of [
    ['POST', 'calendar-feed'],
    ['GET', 'calendar-feed'],
    ['DELETE', 'calendar-feed'],
    ['POST', 'calendar-import'],
  ] as const) {
    assert.equal((await fetch(`${service.url}/api/v1/${path}`, { method })).status, 401, `${method} ${path}`);
  }
});
