import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { v7 } from 'uuid';
import type { Problem } from '@rondo/shared/contracts/problem';
import type { Task } from '@rondo/shared/contracts/task';
import { openPool } from '@rondo/postgres/open-pool';
import { eventually } from '@rondo/shared/test/eventually';
import { startTestService } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';

const { person, deliver, database_url: url } = await startTestService({ after }, todoService);
const pool = openPool(url, 'bounds test', 1);
after(() => pool.end());
const ada = await person();
const cursorOf = (...values: unknown[]) => Buffer.from(JSON.stringify(values)).toString('base64url');

describe('a body', () => {
  test('of more than 64 KiB is 413, and the connection closes', async () => {
    const answer = await ada.call<Problem>('POST', '/api/v1/tasks', {
      title: 'a',
      description: 'a'.repeat(66_000),
    });
    assert.deepEqual([answer.status, answer.body.code], [413, 'too-large']);
    assert.equal(answer.headers.get('connection'), 'close');
    assert.equal((await ada.call('GET', '/api/v1/tasks')).status, 200);
  });

  test('of a bulk may have 4 MiB, and of a calendar 20 MiB', async () => {
    const bulk = (count: number) => ({
      operations: Array.from({ length: count }, () => ({
        op: 'create',
        title: 'a',
        description: 'a'.repeat(15_000),
      })),
    });
    assert.equal((await ada.call('POST', '/api/v1/tasks/bulk', bulk(20))).status, 200);
    assert.equal((await ada.call('POST', '/api/v1/tasks/bulk', bulk(300))).status, 413);
    const calendar = { 'content-type': 'text/calendar' };
    const post = (bytes: number) => ada.call('POST', '/api/v1/calendar-import', 'x'.repeat(bytes), calendar);
    assert.deepEqual([(await post(100_000)).status, (await post(21_000_000)).status], [422, 413]);
  });

  test('that is not JSON is 415 where JSON is taken, before it is read', async () => {
    for (const type of [
      'text/plain',
      'text/calendar',
      'application/x-www-form-urlencoded',
      'application/xml',
    ]) {
      const { status, body, headers } = await ada.call<Problem>('POST', '/api/v1/tasks', '{"title":"a"}', {
        'content-type': type,
      });
      assert.deepEqual([status, body.code], [415, 'unsupported-media-type'], type);
      assert.equal(headers.get('accept-post'), 'application/json');
      assert.match(body.detail ?? '', /application\/json/);
    }
    for (const type of ['application/JSON; charset=utf-8', 'application/merge-patch+json'])
      assert.equal(
        (await ada.call('POST', '/api/v1/tasks', '{"title":"a"}', { 'content-type': type })).status,
        201,
        type,
      );
  });

  test('of a media type that no parser knows is 415, and names those of the route', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const answers = [
      await ada.call<Problem>('POST', '/api/v1/calendar-import', 'a=b', form),
      await ada.call<Problem>('POST', '/api/v1/imports', 'a=b', form),
      await ada.call<Problem>('POST', '/api/v1/undo', 'a=b', form),
      await ada.call<Problem>('PATCH', `/api/v1/tasks/${v7()}`, 'a=b', form),
    ].map(({ status, body, headers }) => {
      const allowed = headers.get('accept-post') ?? headers.get('accept-patch') ?? '';
      assert.ok(body.detail?.includes(allowed), body.detail);
      return [status, allowed];
    });
    assert.deepEqual(answers, [
      [415, 'text/calendar'],
      [415, 'text/csv, application/zip, application/json, text/calendar, text/markdown, text/plain'],
      [415, 'application/json'],
      [415, 'application/merge-patch+json, application/json'],
    ]);
  });

  test('of a bulk with a wrong operation gets the names of all', async () => {
    const { body } = await ada.call<Problem>('POST', '/api/v1/tasks/bulk', { operations: [{ op: 'close' }] });
    assert.match(body.detail ?? '', /"create".*"patch".*"complete".*"reopen".*"restore".*"delete"/);
  });

  test('that is nested too deeply is 422', async () => {
    const deep = `{"title":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
    assert.equal((await ada.call('POST', '/api/v1/tasks', deep)).status, 422);
  });

  test('with many faults gets a short answer', async () => {
    const unknown = Object.fromEntries(
      Array.from({ length: 3_000 }, (_, n) => [`field-${n}-${'x'.repeat(5)}`, 1]),
    );
    const { status, body } = await ada.call<Problem>('POST', '/api/v1/tasks', unknown);
    assert.equal(status, 422);
    assert.equal(body.errors?.length, 20);
    const long = await ada.call<Problem>('POST', '/api/v1/tasks', { title: 'a', ['n'.repeat(60_000)]: 1 });
    assert.equal(long.status, 422);
    assert.ok(JSON.stringify(long.body).length < 2_000);
  });
});

const refused: [method: string, path: string, body?: unknown][] = [
  ['POST', '/api/v1/tasks', { title: `${'a'.repeat(64_000)}\u0000` }],
  ['POST', '/api/v1/tasks', { quick_add: `${'a'.repeat(64_000)}\u0000` }],
  ['POST', '/api/v1/tasks', { title: 'a', due_date: `2027-01-01T00:00:00.${'0'.repeat(50_000)}Z` }],
  ['POST', '/api/v1/tasks', { title: '\u200b' }],
  ['POST', '/api/v1/tasks', { title: 'a', labels: ['\u2060\u200d'] }],
  ['POST', '/api/v1/tasks', { title: 'a', list: '\u3164' }],
  ['POST', '/api/v1/tasks', { title: 'a', due_date: '2026-01-01T00:00:00+23:59' }],
  ['POST', '/api/v1/tasks', { title: 'a', time_zone: 'Europe/Berlin\u0000' }],
  ['GET', '/api/v1/tasks?list=%00'],
  ['GET', '/api/v1/tasks?label=a&label=%00'],
  ['GET', '/api/v1/tasks?q=%00'],
  ['GET', '/api/v1/tasks?limit=-1'],
  ['GET', '/api/v1/changes?since=0&form=csv'],
  ['GET', '/api/v1/snapshot?since=0'],
  ['GET', `/api/v1/tasks/${v7()}/history?page=2`],
  ['DELETE', `/api/v1/tasks/${v7()}?scop=occurrence`],
  ['POST', '/api/v1/imports?dry_run=true', '- a'],
  ['GET', '/api/v1/tasks?offset=99999999999999999999'],
  ['GET', '/api/v1/tasks?due_after=2026-05-06T00:00:00-18:04'],
  ['GET', `/api/v1/tasks?cursor=${cursorOf('created', 'x', 'y')}`],
  ['GET', `/api/v1/tasks?cursor=${cursorOf('created', '\u0000', v7())}`],
  ['GET', `/api/v1/tasks?sort=due&cursor=${cursorOf('due', 'tomorrow', v7())}`],
  ['GET', `/api/v1/tasks?sort=priority&cursor=${cursorOf('priority', 99_999, v7())}`],
  ['GET', `/api/v1/snapshot?cursor=${cursorOf('snapshot of all', 1.5, 'x')}`],
  ['GET', '/api/v1/changes?since=0&limit=-1'],
  ['GET', '/api/v1/changes?since=1e400'],
  ['GET', `/api/v1/tasks/${v7()}/versions/99999999999999999999`],
];

test('input that can not be stored is 422', async () => {
  for (const [method, path, body] of refused)
    assert.equal((await ada.call(method, path, body)).status, 422, `${method} ${path}`);
});

test('each order of tasks is read page by page', async () => {
  const eve = await person();
  const dates = [
    '1001-01-01T00:00:00+14:00',
    null,
    '9998-12-31T23:59:59-14:00',
    '2027-02-01',
    '2027-02-01T08:00:00.001Z',
  ];
  for (const [index, due_date] of dates.entries())
    assert.equal(
      (await eve.call('POST', '/api/v1/tasks', { title: 'a', due_date, priority: (index % 4) + 1 })).status,
      201,
    );
  for (const sort of ['created', 'due', 'priority']) {
    const seen = new Set<string>();
    for (let next: string | null = ''; next !== null;) {
      const query: string = `sort=${sort}&limit=2${next === '' ? '' : `&cursor=${next}`}`;
      const { status, body } = await eve.call<{ tasks: Task[]; next_cursor: string | null }>(
        'GET',
        `/api/v1/tasks?${query}`,
      );
      assert.equal(status, 200, sort);
      for (const { id } of body.tasks) seen.add(id);
      next = body.next_cursor;
    }
    assert.equal(seen.size, dates.length, sort);
  }
});

test('an Idempotency-Key belongs to one query string too', async () => {
  const { body: task } = await ada.call<Task>('POST', '/api/v1/tasks', {
    title: 'a',
    due_date: '2027-02-01',
    recurrence_rule: 'FREQ=DAILY',
  });
  const remove = (scope: string) =>
    ada.call<Problem>('DELETE', `/api/v1/tasks/${task.id}?scope=${scope}`, undefined, {
      'idempotency-key': task.id,
    });
  assert.equal((await remove('occurrence')).status, 204);
  const repeated = await remove('occurrence');
  assert.deepEqual([repeated.status, repeated.headers.get('idempotent-replayed')], [204, 'true']);
  const other = await remove('series');
  assert.deepEqual([other.status, other.body.code], [422, 'idempotency-key-reused']);
});

/** Makes a task larger than is possible now, as one from before the limit may be. */
async function enlarge({ id }: Task): Promise<void> {
  const enlarged = (column: string) =>
    `(jsonb_set(${column}::jsonb, '{description}', to_jsonb(repeat('a', 200000))))::json`;
  await pool.query(`UPDATE todo_service.tasks SET task = ${enlarged('task')} WHERE id = $1`, [id]);
  await pool.query(`UPDATE todo_service.events SET payload = ${enlarged('payload')} WHERE task_id = $1`, [
    id,
  ]);
}

describe('a task of more than 192 KiB', () => {
  test('is not written, whatever changes it', async () => {
    const { body: task } = await ada.call<Task>('POST', '/api/v1/tasks', { title: 'a' });
    await enlarge(task);
    const path = `/api/v1/tasks/${task.id}`;
    const codeOf = async (method: string, to: string, body?: unknown) =>
      (await ada.call<Problem>(method, to, body)).body.code;
    assert.equal(await codeOf('PATCH', path, { priority: 1 }), 'document-too-large');
    assert.equal(await codeOf('POST', `${path}/complete`), 'document-too-large');
    const bulk = await ada.call<Problem>('POST', '/api/v1/tasks/bulk', {
      operations: [{ op: 'patch', id: task.id, priority: 1 }],
    });
    assert.deepEqual(
      [bulk.status, bulk.body.code, bulk.body.errors?.[0]?.field],
      [422, 'document-too-large', 'operations/0'],
    );
    assert.equal((await ada.call('PATCH', path, { description: null })).status, 200);
    assert.equal(await codeOf('POST', `${path}/revert`, { to_version: 1 }), 'document-too-large');
    assert.equal(await codeOf('POST', '/api/v1/undo'), 'document-too-large');
  });

  test('can be deleted', async () => {
    const { body: task } = await ada.call<Task>('POST', '/api/v1/tasks', { title: 'a' });
    await enlarge(task);
    assert.equal((await ada.call('DELETE', `/api/v1/tasks/${task.id}`)).status, 204);
  });

  test('has no successor', async () => {
    const { body: task } = await ada.call<Task>('POST', '/api/v1/tasks', { title: 'a', status: 'complete' });
    await enlarge(task);
    const command = {
      event_id: v7(),
      schema_version: '1.0',
      timestamp: '2027-02-01T08:00:00Z',
      workspace_id: ada.id,
      task_id: v7(),
      of_task_id: task.id,
      actor: { user_id: ada.id, source: 'recurrence' },
      command_type: 'create-successor',
      due_date: '2027-02-02',
    };
    const envelope = { specversion: '1.0', id: command.event_id, topic: 'task-commands', data: command };
    await deliver('task-commands', [envelope]);
    const query = 'SELECT FROM todo_service.dead_letters WHERE event_id = $1';
    await eventually(async () => (await pool.query(query, [command.event_id])).rowCount === 1);
    assert.equal((await ada.call('GET', `/api/v1/tasks/${command.task_id}`)).status, 404);
  });
});

test('the largest task that the schema admits is written', async () => {
  const largest = {
    title: '\u0001'.repeat(254) + 'a',
    description: '\u0001'.repeat(20_000),
    list: '\u0001'.repeat(99) + 'a',
    labels: Array.from({ length: 50 }, (_, n) => `${'\u0001'.repeat(57)}${n + 100}`),
  };
  const bulk = { operations: [{ op: 'create', ...largest }] };
  assert.equal((await ada.call('POST', '/api/v1/tasks/bulk', bulk)).status, 200);
});
