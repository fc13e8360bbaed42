import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { v7 } from 'uuid';
import type { Task } from '@rondo/shared/contracts/task';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';
import { calendarOf } from '../support/calendar-task.ts';

const { person, issuer, service } = await startTestService({ after }, todoService);

type Remark = { uid: string | null; summary: string | null; reason: string };
type Report = { import_id: string | null; imported: number; skipped: Remark[]; notes: Remark[] };

const importBy = (owner: TestPerson, text: string) =>
  owner.call<Report>('POST', '/api/v1/calendar-import', text, {
    'content-type': 'text/calendar; charset=utf-8',
  });
const todo = (uid: string, ...lines: string[]) =>
  ['BEGIN:VTODO', `UID:${uid}`, `SUMMARY:${uid}`, ...lines, 'END:VTODO'].join('\r\n');
const tasksOf = async (owner: TestPerson) =>
  (await owner.call<{ tasks: Task[] }>('GET', '/api/v1/tasks?limit=100')).body.tasks;

test('a file is imported once; undo moves its tasks to the trash', async () => {
  const ada = await person();
  const file = calendarOf(
    todo('milk', 'DUE;VALUE=DATE:20261201'),
    todo('bread'),
    todo('no', 'STATUS:CANCELLED'),
  );
  const more = { skipped: 0, notes: 0 };
  const cancelled = { uid: 'no', summary: 'no', reason: 'it is cancelled' };
  const first = await importBy(ada, file);
  assert.deepEqual(
    [first.status, first.body],
    [200, { import_id: first.body.import_id, imported: 2, skipped: [cancelled], notes: [], more }],
  );
  assert.match(first.body.import_id ?? '', /^[0-9a-f-]{36}$/);
  const skippedFor = (reason: string) => ({
    import_id: null,
    imported: 0,
    skipped: [cancelled, ...['milk', 'bread'].map((uid) => ({ uid, summary: uid, reason }))],
    notes: [],
    more,
  });
  assert.deepEqual((await importBy(ada, file)).body, skippedFor('it already exists'));
  assert.deepEqual((await tasksOf(ada)).map(({ title, due_date }) => `${title} ${due_date}`).toSorted(), [
    'bread null',
    'milk 2026-12-01',
  ]);
  assert.equal((await ada.call('POST', '/api/v1/undo')).status, 200);
  assert.deepEqual(await tasksOf(ada), []);
});

test('case 44: an import brings back what was deleted since, as the file has it, and one undo deletes it again', async () => {
  const ada = await person();
  const file = calendarOf(
    todo('trip', 'DUE;VALUE=DATE:20261201'),
    todo('pack', 'RELATED-TO:trip', 'RRULE:FREQ=WEEKLY', 'DUE;VALUE=DATE:20261130'),
    todo('kept'),
  );
  assert.equal((await importBy(ada, file)).body.imported, 3);
  const before = new Map((await tasksOf(ada)).map((task) => [task.title, task]));
  const trip = `/api/v1/tasks/${before.get('trip')?.id}`;
  await ada.call('PATCH', trip, { title: 'renamed', priority: 1 });
  await ada.call('DELETE', trip);
  const again = await importBy(ada, file);
  assert.deepEqual(
    [again.body.imported, again.body.skipped, again.body.notes],
    [2, [{ uid: 'kept', summary: 'kept', reason: 'it already exists' }], []],
  );
  for (const { title, id, parent_id, due_date, priority, recurrence_rule } of await tasksOf(ada)) {
    const first = before.get(title);
    assert.deepEqual(
      [id, parent_id, due_date, priority, recurrence_rule],
      [first?.id, first?.parent_id, first?.due_date, first?.priority, first?.recurrence_rule],
      title,
    );
  }
  assert.equal((await ada.call('POST', '/api/v1/undo')).status, 200);
  assert.deepEqual(
    (await tasksOf(ada)).map(({ title }) => title),
    ['kept'],
  );
});

test('the same file creates separate tasks for another person', async () => {
  const [ada, bob] = [await person(), await person()];
  for (const one of [ada, bob])
    assert.equal((await importBy(one, calendarOf(todo('milk')))).body.imported, 1);
  const [his] = await tasksOf(bob);
  const [hers] = await tasksOf(ada);
  assert.notEqual(his?.id, hers?.id);
});

test('two concurrent imports of one file create each task once', async () => {
  const ada = await person();
  const file = calendarOf(...Array.from({ length: 20 }, (_, n) => todo(`t${n}`)));
  const reports = await Promise.all([importBy(ada, file), importBy(ada, file)]);
  assert.deepEqual(
    reports.map(({ body }) => body.imported).toSorted((a, b) => a - b),
    [0, 20],
  );
});

test("a person's own feed imports nothing for them, and everything for another person", async () => {
  const [ada, bob] = [await person(), await person()];
  const parent = (await ada.call<Task>('POST', '/api/v1/tasks', { title: 'trip', list: 'fun' })).body;
  await ada.call('POST', '/api/v1/tasks', { title: 'pack', parent_id: parent.id, due_date: '2026-12-01' });
  const { path } = (await ada.call<{ path: string }>('POST', '/api/v1/calendar-feed')).body;
  const text = await (await fetch(`${service.url}${path}`)).text();
  const again = (await importBy(ada, text)).body;
  assert.deepEqual([again.imported, again.notes], [0, []]);
  assert.equal((await tasksOf(ada)).length, 2);
  assert.equal((await importBy(bob, text)).body.imported, 2);
  const tasks = await tasksOf(bob);
  const trip = tasks.find(({ title }) => title === 'trip');
  assert.equal(trip?.list, 'fun');
  assert.equal(tasks.find(({ title }) => title === 'pack')?.parent_id, trip.id);
});

test('parents are imported before their children; an entry without a possible parent is at the top level', async () => {
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

test('more entries than fit in one command are imported by several', async () => {
  const ada = await person();
  const file = calendarOf(...Array.from({ length: 1_001 }, (_, n) => todo(`t${n}`)));
  assert.equal((await importBy(ada, file)).body.imported, 1_001);
  assert.equal((await ada.call('POST', '/api/v1/undo')).status, 200);
  assert.deepEqual(await tasksOf(ada), [], 'one undo takes all of them back');
});

test('X4: a to-do keeps when it was created and completed', async () => {
  const ada = await person();
  const file = calendarOf(
    todo('done', 'STATUS:COMPLETED', 'CREATED:20260801T080000Z', 'COMPLETED:20260830T101500Z'),
    todo('open', 'CREATED:20260802T080000Z', 'COMPLETED:20260830T101500Z', 'STATUS:NEEDS-ACTION'),
  );
  assert.equal((await importBy(ada, file)).body.imported, 2);
  assert.deepEqual(
    (await tasksOf(ada))
      .map(({ title, status, created_at, completed_at }) => [title, status, created_at, completed_at])
      .toSorted(([a = ''], [b = '']) => (String(a) < String(b) ? -1 : 1)),
    [
      ['done', 'complete', '2026-08-01T08:00:00.000Z', '2026-08-30T10:15:00.000Z'],
      ['open', 'pending', '2026-08-02T08:00:00.000Z', null],
    ],
  );
});

test("X5: times without a zone are in the person's zone, and float", async () => {
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
  assert.deepEqual([tasks[0]?.due_date, tasks[0]?.is_floating], ['2026-12-01T16:00:00+05:45', true]);
});

for (const [what, body, contentType, status] of [
  ['text that is not iCalendar', 'hello', 'text/calendar', 422],
  ['an empty file', '', 'text/calendar', 422],
  ['more than 20 MiB', calendarOf(todo('x'.repeat(20 * 1024 * 1024))), 'text/calendar', 413],
  ['JSON', '{}', 'application/json', 415],
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
