import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { v7 } from 'uuid';
import type { Task } from '@rondo/shared/contracts/task';
import type { ChangePage } from '@rondo/shared/contracts/task-event';
import { startTestService } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';

const { person } = await startTestService({ after }, todoService);
type Tasks = { tasks: Task[]; total: number; next_cursor: string | null };

test('requests with one Idempotency-Key, repeated or concurrent, make one change with one answer', async () => {
  const ada = await person();
  const key = { 'idempotency-key': v7() };
  const twins = await Promise.all(
    [1, 2, 3].map(() => ada.call<Task>('POST', '/api/v1/tasks', { title: 'once' }, key)),
  );
  const later = await ada.call<Task>('POST', '/api/v1/tasks', { title: 'once' }, key);
  assert.deepEqual(new Set([...twins, later].map(({ status, body }) => `${status} ${body.id}`)).size, 1);
  assert.deepEqual(
    [later.headers.get('idempotent-replayed'), later.headers.get('etag')],
    ['true', twins[0]?.headers.get('etag')],
  );
  assert.equal((await ada.call<Tasks>('GET', '/api/v1/tasks')).body.total, 1);
  const other = await ada.call('POST', '/api/v1/tasks', { title: 'another' }, key);
  assert.deepEqual([other.status, other.body['code']], [422, 'idempotency-key-reused']);
  const eve = await person();
  assert.equal(
    (await eve.call('POST', '/api/v1/tasks', { title: 'mine' }, key)).status,
    201,
    'keys belong to a person',
  );
});

test("a client's id makes a creation idempotent; another task can not have it", async () => {
  const ada = await person();
  const id = v7();
  assert.equal((await ada.call('POST', '/api/v1/tasks', { id, title: 'mine' })).status, 201);
  assert.equal((await ada.call('POST', '/api/v1/tasks', { id, title: 'mine' })).status, 200);
  const taken = await ada.call('POST', '/api/v1/tasks', { id, title: 'other' });
  assert.deepEqual([taken.status, taken.body['code']], [409, 'task-id-taken']);
  assert.equal((await ada.call<ChangePage>('GET', '/api/v1/changes?since=0')).body.head, 1);
});

test('concurrent requests with one key get one answer, for every command', async () => {
  const ada = await person();
  const create = async () => {
    const { body, headers } = await ada.call<Task>('POST', '/api/v1/tasks', { title: 'x', priority: 4 });
    return { id: body.id, etag: headers.get('etag') ?? '' };
  };
  const commands: [
    string,
    (task: { id: string; etag: string }) => [string, string, unknown, Record<string, string>?],
  ][] = [
    ['complete', ({ id }) => ['POST', `/api/v1/tasks/${id}/complete`, undefined]],
    ['delete', ({ id }) => ['DELETE', `/api/v1/tasks/${id}`, undefined]],
    ['patch', ({ id }) => ['PATCH', `/api/v1/tasks/${id}`, { title: 'y' }]],
    [
      'patch at a version',
      ({ id, etag }) => ['PATCH', `/api/v1/tasks/${id}`, { title: 'y' }, { 'if-match': etag }],
    ],
    ['bulk', ({ id }) => ['POST', '/api/v1/tasks/bulk', { operations: [{ op: 'complete', id }] }]],
    ['subtask', ({ id }) => ['POST', '/api/v1/tasks', { title: 'below', parent_id: id }]],
    ['undo', () => ['POST', '/api/v1/undo', undefined]],
  ];
  for (const [what, commandOn] of commands) {
    const [method, path, body, more] = commandOn(await create());
    const headers = { ...more, 'idempotency-key': v7() };
    const head = async () => (await ada.call<ChangePage>('GET', '/api/v1/changes?since=0')).body.head;
    const before = await head();
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => ada.call<unknown>(method, path, body, headers)),
    );
    const distinct = new Set(answers.map((answer) => JSON.stringify([answer.status, answer.body])));
    assert.equal(distinct.size, 1, `${what}: ${[...distinct].join(' and ')}`);
    assert.ok((answers[0]?.status ?? 500) < 300, `${what}: ${[...distinct].join()}`);
    assert.equal(await head(), before + 1, what);
  }
});

test('the retry of a command that changed nothing changes nothing, even after other changes', async () => {
  const ada = await person();
  const { id } = (await ada.call<Task>('POST', '/api/v1/tasks', { title: 'same' })).body;
  const operations = [{ op: 'patch', id, title: 'same' }];
  for (const [method, path, body] of [
    ['PATCH', `/api/v1/tasks/${id}`, { title: 'same' }],
    ['POST', '/api/v1/tasks/bulk', { operations }],
  ] as const) {
    const key = { 'idempotency-key': v7() };
    await ada.call('PATCH', `/api/v1/tasks/${id}`, { title: 'same' });
    const first = await ada.call<unknown>(method, path, body, key);
    await ada.call('PATCH', `/api/v1/tasks/${id}`, { title: 'other' });
    const second = await ada.call<unknown>(method, path, body, key);
    assert.deepEqual([second.status, second.body], [first.status, first.body]);
    assert.equal((await ada.call<Task>('GET', `/api/v1/tasks/${id}`)).body.title, 'other');
  }
});

test('of two different concurrent requests with one key, one is refused', async () => {
  const ada = await person();
  for (let round = 0; round < 10; round += 1) {
    const key = { 'idempotency-key': v7() };
    const answers = await Promise.all(
      ['one', 'two'].map((title) => ada.call('POST', '/api/v1/tasks', { title }, key)),
    );
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201, 422]));
  }
});

test('an import that is refused for its file or its Idempotency-Key ends its turn', async () => {
  const ada = await person();
  for (const [path, type] of [
    ['/api/v1/imports', 'text/csv'],
    ['/api/v1/calendar-import', 'text/calendar'],
  ] as const) {
    const headers = { 'content-type': type };
    const plain = await ada.call('POST', path, '', headers);
    const keyed = await ada.call('POST', path, '', { ...headers, 'idempotency-key': v7() });
    assert.deepEqual([keyed.status, keyed.body['code']], [plain.status, plain.body['code']], path);
    assert.ok(keyed.status < 500, path);
    const malformed = await ada.call('POST', path, 'x', { ...headers, 'idempotency-key': 'a key' });
    assert.deepEqual([malformed.status, malformed.body['code']], [422, 'invalid-input'], path);
  }
  const { status } = await ada.call('POST', '/api/v1/imports', '- [ ] milk', {
    'content-type': 'text/markdown',
  });
  assert.equal(status, 200, 'the next import has its turn');
});
