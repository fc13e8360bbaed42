import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { v7 } from 'uuid';
import type { Task } from '@rondo/shared/contracts/task';
import type { ChangePage } from '@rondo/shared/contracts/task-event';
import { openPool } from '@rondo/postgres/open-pool';
import { startTestService } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';

const { person, service, issuer, database_url: url } = await startTestService({ after }, todoService);
const pool = openPool(url, 'tasks test', 1);
after(() => pool.end());
type Tasks = { tasks: Task[]; total: number; next_cursor: string | null };

test('a creation answers 201 with the task, its ETag and its Location', async () => {
  const ada = await person();
  const { status, body, headers } = await ada.call<Task>('POST', '/api/v1/tasks', {
    title: 'milk',
    labels: ['home'],
  });
  assert.equal(status, 201);
  assert.deepEqual([body.title, body.labels, body.version, body.workspace_id], ['milk', ['home'], 1, ada.id]);
  assert.match(headers.get('etag') ?? '', /^"1-[0-9a-f]{12}"$/);
  assert.equal(headers.get('location'), `/api/v1/tasks/${body.id}`);
});

test('a current ETag in If-None-Match is 304', async () => {
  const ada = await person();
  const { body: task, headers } = await ada.call<Task>('POST', '/api/v1/tasks', { title: 'x' });
  const etag = headers.get('etag') ?? '';
  for (const known of [etag, `W/${etag}`, `"0", ${etag}`, '*']) {
    const answer = await ada.call('GET', `/api/v1/tasks/${task.id}`, undefined, { 'if-none-match': known });
    assert.deepEqual([answer.status, answer.headers.get('content-length')], [304, null], known);
  }
  for (const other of [etag.replace('"1', '"2'), '"1"']) {
    const answer = await ada.call('GET', `/api/v1/tasks/${task.id}`, undefined, { 'if-none-match': other });
    assert.deepEqual([answer.status, answer.headers.get('etag')], [200, etag], other);
  }
});

test('without a token, or with one that is expired or of another issuer or audience, the answer is 401', async () => {
  for (const claims of [{ issuer: 'other' }, { audience: 'other' }, { expires: 1 }]) {
    const token = await issuer.tokenFor({ sub: v7(), ...claims });
    const response = await fetch(`${service.url}/api/v1/tasks`, {
      headers: { authorization: `Bearer ${token}` },
    });
    assert.equal(response.status, 401, JSON.stringify(claims));
  }
  const response = await fetch(`${service.url}/api/v1/tasks`);
  assert.deepEqual(
    [response.status, response.headers.get('content-type')?.split(';')[0]],
    [401, 'application/problem+json'],
  );
});

for (const [what, body, field] of [
  ['no title', {}, 'title'],
  ['a title of null', { title: null }, 'title'],
  ['a blank title', { title: '  ' }, 'title'],
  ['a title of 256 characters', { title: 'x'.repeat(256) }, 'title'],
  ['a title with NUL', { title: 'a\u0000b' }, 'title'],
  ['an unknown status', { title: 'x', status: 'done' }, 'status'],
  ['an unknown field', { title: 'x', owner: 'me' }, 'owner'],
  ['a day that does not exist', { title: 'x', due_date: '2026-02-30' }, 'due_date'],
  ['a year before 1000', { title: 'x', due_date: '0999-01-01' }, 'due_date'],
  [
    'an instant whose year does not have four digits',
    { title: 'x', start: '9999-12-31T23:59:59-12:00' },
    'start',
  ],
  ['a leap second', { title: 'x', due_date: '2016-12-31T23:59:60Z' }, 'due_date'],
  ['a reminder in year 0', { title: 'x', reminder_time: '0000-01-01T00:00:00Z' }, 'reminder_time'],
  ['a date-time without offset', { title: 'x', due_date: '2026-02-03T10:00:00' }, 'due_date'],
  ['an id that is not a UUIDv7', { title: 'x', id: '6c0a8f4e-6f0b-4d5b-9d0e-2f3c7a1b5e90' }, 'id'],
  [
    'a reminder before a due date that is not set',
    { title: 'x', reminders: [{ before: 'PT30M' }] },
    'reminders',
  ],
  ['a parent that does not exist', { title: 'x', parent_id: v7() }, 'parent_id'],
] as [string, Record<string, unknown>, string][]) {
  test(`${what} is 422 and names the field, for POST and PATCH and PUT`, async () => {
    const ada = await person();
    const { body: task } = await ada.call<Task>('POST', '/api/v1/tasks', { title: 'existing' });
    const path = `/api/v1/tasks/${task.id}`;
    for (const [method, to] of [
      ['POST', '/api/v1/tasks'],
      ['PUT', path],
      ...('title' in body && field !== 'id' ? [['PATCH', path]] : []),
    ]) {
      const answer = await ada.call<{ errors: { field: string }[] }>(method ?? '', to ?? '', body);
      assert.deepEqual(
        [answer.status, answer.body.errors[0]?.field],
        [422, field],
        `${method} ${JSON.stringify(answer.body)}`,
      );
    }
  });
}

test('broken JSON is 400, another media type 415, an invalid id 422, an unknown route 404', async () => {
  const ada = await person();
  assert.equal((await ada.call('POST', '/api/v1/tasks', '{')).status, 400);
  assert.equal((await ada.call('POST', '/api/v1/tasks', 'x', { 'content-type': 'text/csv' })).status, 415);
  assert.equal((await ada.call('GET', '/api/v1/tasks/17')).status, 422);
  assert.equal((await ada.call('GET', '/api/v1/nothing')).status, 404);
  for (const query of [
    'limit=-1',
    'limit=1.5',
    'limit=ten',
    'due_after=0000-01-01',
    'due_before=2026-13-01',
  ]) {
    assert.equal((await ada.call('GET', `/api/v1/tasks?${query}`)).status, 422, query);
  }
});

test("another person's task is not found, whatever the request", async () => {
  const [ada, eve] = [await person(), await person()];
  const { body: task } = await ada.call<Task>('POST', '/api/v1/tasks', { title: 'secret' });
  for (const [method, path, body] of [
    ['GET', '', undefined],
    ['PUT', '', { title: 'x' }],
    ['PATCH', '', { title: 'x' }],
    ['DELETE', '', undefined],
    ['GET', '/history', undefined],
    ['GET', '/versions/1', undefined],
    ['POST', '/complete', {}],
    ['POST', '/reopen', {}],
    ['POST', '/restore', {}],
    ['POST', '/revert', { to_version: 1 }],
  ] as const) {
    assert.equal(
      (await eve.call(method, `/api/v1/tasks/${task.id}${path}`, body)).status,
      404,
      `${method} ${path}`,
    );
  }
  assert.equal(
    (await eve.call('POST', '/api/v1/tasks/bulk', { operations: [{ op: 'complete', id: task.id }] })).status,
    404,
  );
  assert.equal((await eve.call('POST', '/api/v1/tasks', { title: 'x', parent_id: task.id })).status, 422);
  assert.equal((await eve.call<Tasks>('GET', '/api/v1/tasks')).body.total, 0);
  assert.deepEqual((await eve.call<ChangePage>('GET', '/api/v1/changes?since=0')).body.changes, []);
  assert.deepEqual(
    (await ada.call<Task>('GET', `/api/v1/tasks/${task.id}`)).body,
    task,
    'and it is unchanged',
  );
});

test('an old version is 412 with the current task, by If-Match and by body', async () => {
  const ada = await person();
  const { body: task, headers } = await ada.call<Task>('POST', '/api/v1/tasks', { title: 'one' });
  const path = `/api/v1/tasks/${task.id}`;
  const first = { 'if-match': headers.get('etag') ?? '' };
  assert.equal((await ada.call('PATCH', path, { title: 'two' }, first)).status, 200);
  for (const answer of [
    await ada.call<{ code: string; current: Task }>('PATCH', path, { title: 'three' }, first),
    await ada.call<{ code: string; current: Task }>('PATCH', path, { title: 'three', version: 1 }),
    await ada.call<{ code: string; current: Task }>('DELETE', path, undefined, first),
  ]) {
    assert.deepEqual(
      [answer.status, answer.body.code, answer.body.current.title],
      [412, 'version-conflict', 'two'],
    );
  }
});

test('If-Match is a list of ETags: one of them must be the version, and a malformed one is 400', async () => {
  const ada = await person();
  const { body: task, headers } = await ada.call<Task>('POST', '/api/v1/tasks', { title: 'one' });
  const path = `/api/v1/tasks/${task.id}`;
  const etag = headers.get('etag') ?? '';
  const statusOf = async (method: string, header: string, value: string) =>
    (await ada.call(method, path, method === 'GET' ? undefined : { title: 'one' }, { [header]: value }))
      .status;
  for (const value of ['"1', '1"', '1', 'W/1', 'w/"1"', '"1" "2"', '"1";', '"a b"', '*, "1"']) {
    assert.equal(await statusOf('PATCH', 'if-match', value), 400, value);
    assert.equal(await statusOf('GET', 'if-none-match', value), 400, value);
  }
  for (const value of [etag, `W/${etag}`, `"7", ${etag}`, `, ${etag},`, `"a,b",${etag}`, '*'])
    assert.equal(await statusOf('PATCH', 'if-match', value), 200, value);
  for (const value of ['"7"', '"a"', '"1"', etag.replace('"1', '"7'), '"7", W/"8"', '""', ','])
    assert.equal(await statusOf('PATCH', 'if-match', value), 412, value);
});

test('a change whose event can not be written does not happen, and is not answered with 2xx', async () => {
  const ada = await person();
  const { body: task } = await ada.call<Task>('POST', '/api/v1/tasks', { title: 'kept' });
  await pool.query(
    `ALTER TABLE todo_service.events ADD CONSTRAINT refused CHECK (workspace_id <> '${ada.id}') NOT VALID`,
  );
  const refused = [
    await ada.call('PATCH', `/api/v1/tasks/${task.id}`, { title: 'lost' }),
    await ada.call('DELETE', `/api/v1/tasks/${task.id}`),
    await ada.call('POST', '/api/v1/tasks', { title: 'lost' }),
    await ada.call('POST', '/api/v1/tasks/bulk', { operations: [{ op: 'create', title: 'lost' }] }),
  ];
  await pool.query('ALTER TABLE todo_service.events DROP CONSTRAINT refused');
  assert.deepEqual(
    refused.map(({ status }) => status),
    [500, 500, 500, 500],
  );
  assert.deepEqual((await ada.call<Tasks>('GET', '/api/v1/tasks')).body.tasks, [task]);
  assert.equal((await ada.call<ChangePage>('GET', '/api/v1/changes?since=0')).body.head, 1);
});

test('no concurrent change is lost: versions and seqs have no gap', async () => {
  const ada = await person();
  const { body: task } = await ada.call<Task>('POST', '/api/v1/tasks', { title: 'busy' });
  const changes = Array.from({ length: 20 }, (_, n) =>
    ada.call('PATCH', `/api/v1/tasks/${task.id}`, { labels: [`n${n}`] }),
  );
  const creations = Array.from({ length: 20 }, (_, n) =>
    ada.call('POST', '/api/v1/tasks', { title: `t${n}` }),
  );
  const statuses = (await Promise.all([...changes, ...creations])).map(({ status }) => status);
  assert.deepEqual(new Set(statuses), new Set([200, 201]));
  const { changes: feed, head } = (await ada.call<ChangePage>('GET', '/api/v1/changes?since=0')).body;
  assert.equal(head, 1 + statuses.length);
  assert.deepEqual(
    feed.map(({ seq }) => seq),
    Array.from({ length: head }, (_, n) => n + 1),
  );
  const versions = feed.filter(({ task_id }) => task_id === task.id).map(({ version }) => version);
  assert.deepEqual(
    versions,
    versions.map((_, n) => n + 1),
  );
});
