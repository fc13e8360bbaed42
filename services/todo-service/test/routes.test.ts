import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { v7 } from 'uuid';
import type { Task } from '@rondo/shared/contracts/task';
import type { ChangePage, SnapshotPage } from '@rondo/shared/contracts/task-event';
import { openPool } from '@rondo/shared/runtime/database';
import { startTestService } from '@rondo/shared/test/service';
import { todoService } from '../src/service.ts';

const { person, service, issuer, database_url: url } = await startTestService({ after }, todoService);
const pool = openPool(url, 'routes test', 1);
after(() => pool.end());
type Tasks = { tasks: Task[]; total: number; next_cursor: string | null };

describe('commands', () => {
  test('a creation answers 201 with the task, its ETag and its place', async () => {
    const ada = await person();
    const { status, body, headers } = await ada.call<Task>('POST', '/api/v1/tasks', {
      title: 'milk',
      labels: ['home'],
    });
    assert.equal(status, 201);
    assert.deepEqual(
      [body.title, body.labels, body.version, body.workspace_id],
      ['milk', ['home'], 1, ada.id],
    );
    assert.deepEqual([headers.get('etag'), headers.get('location')], ['"1"', `/api/v1/tasks/${body.id}`]);
  });

  test('without a token, or with one of another issuer, audience or time, nothing answers', async () => {
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
    ['a field that is none', { title: 'x', owner: 'me' }, 'owner'],
    ['a day that is none', { title: 'x', due_date: '2026-02-30' }, 'due_date'],
    ['a date-time without offset', { title: 'x', due_date: '2026-02-03T10:00:00' }, 'due_date'],
    ['an id that is no UUIDv7', { title: 'x', id: '6c0a8f4e-6f0b-4d5b-9d0e-2f3c7a1b5e90' }, 'id'],
    ['a parent that is not there', { title: 'x', parent_id: v7() }, 'parent_id'],
  ] as [string, Record<string, unknown>, string][]) {
    test(`${what} is 422 and names the field, for POST and PATCH and PUT`, async () => {
      const ada = await person();
      const { body: task } = await ada.call<Task>('POST', '/api/v1/tasks', { title: 'there' });
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

  test('broken JSON is 400, another media type 415, an id that is none 422, an unknown route 404', async () => {
    const ada = await person();
    assert.equal((await ada.call('POST', '/api/v1/tasks', '{')).status, 400);
    assert.equal((await ada.call('POST', '/api/v1/tasks', 'x', { 'content-type': 'text/csv' })).status, 415);
    assert.equal((await ada.call('GET', '/api/v1/tasks/17')).status, 422);
    assert.equal((await ada.call('GET', '/api/v1/nothing')).status, 404);
    assert.equal((await ada.call('GET', '/api/v1/tasks?limit=-1')).status, 422);
  });

  test("another person's task is as if it were not there, whatever is asked", async () => {
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
      (await eve.call('POST', '/api/v1/tasks/bulk', { operations: [{ op: 'complete', id: task.id }] }))
        .status,
      404,
    );
    assert.equal((await eve.call('POST', '/api/v1/tasks', { title: 'x', parent_id: task.id })).status, 422);
    assert.equal((await eve.call<Tasks>('GET', '/api/v1/tasks')).body.total, 0);
    assert.deepEqual((await eve.call<ChangePage>('GET', '/api/v1/changes?since=0')).body.changes, []);
    assert.deepEqual(
      (await ada.call<Task>('GET', `/api/v1/tasks/${task.id}`)).body,
      task,
      'and it is untouched',
    );
  });

  test('a version that has passed is 412 with the current task, by If-Match and by body', async () => {
    const ada = await person();
    const { body: task } = await ada.call<Task>('POST', '/api/v1/tasks', { title: 'one' });
    const path = `/api/v1/tasks/${task.id}`;
    assert.equal((await ada.call('PATCH', path, { title: 'two' }, { 'if-match': '"1"' })).status, 200);
    for (const answer of [
      await ada.call<{ code: string; current: Task }>(
        'PATCH',
        path,
        { title: 'three' },
        { 'if-match': '"1"' },
      ),
      await ada.call<{ code: string; current: Task }>('PATCH', path, { title: 'three', version: 1 }),
      await ada.call<{ code: string; current: Task }>('DELETE', path, undefined, { 'if-match': '"1"' }),
    ]) {
      assert.deepEqual(
        [answer.status, answer.body.code, answer.body.current.title],
        [412, 'version-conflict', 'two'],
      );
    }
  });

  test('a change whose event can not be written is no change, and is not answered with 2xx', async () => {
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

  test('of many changes at once none is lost: versions and seqs have no gap', async () => {
    const ada = await person();
    const { body: task } = await ada.call<Task>('POST', '/api/v1/tasks', { title: 'busy' });
    const changes = Array.from({ length: 20 }, (_, n) =>
      ada.call('PATCH', `/api/v1/tasks/${task.id}`, { labels: [`n${n}`] }),
    );
    const creations = Array.from({ length: 20 }, (_, n) =>
      ada.call('POST', '/api/v1/tasks', { title: `t${n}` }),
    );
    const statuses = (await Promise.all([...changes, ...creations])).map(({ status }) => status);
    assert.ok(
      statuses.every((status) => [200, 201, 412].includes(status)),
      String(statuses),
    );
    const { changes: feed, head } = (await ada.call<ChangePage>('GET', '/api/v1/changes?since=0')).body;
    assert.equal(head, 1 + statuses.filter((status) => status !== 412).length);
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

  test('an Idempotency-Key makes a retry, and a twin at the same time, one change with one answer', async () => {
    const ada = await person();
    const key = { 'idempotency-key': v7() };
    const twins = await Promise.all(
      [1, 2, 3].map(() => ada.call<Task>('POST', '/api/v1/tasks', { title: 'once' }, key)),
    );
    const later = await ada.call<Task>('POST', '/api/v1/tasks', { title: 'once' }, key);
    assert.deepEqual(new Set([...twins, later].map(({ status, body }) => `${status} ${body.id}`)).size, 1);
    assert.deepEqual([later.headers.get('idempotent-replayed'), later.headers.get('etag')], ['true', '"1"']);
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

  test("a client's id makes a creation idempotent; for another task it is taken", async () => {
    const ada = await person();
    const id = v7();
    assert.equal((await ada.call('POST', '/api/v1/tasks', { id, title: 'mine' })).status, 201);
    assert.equal((await ada.call('POST', '/api/v1/tasks', { id, title: 'mine' })).status, 200);
    const taken = await ada.call('POST', '/api/v1/tasks', { id, title: 'other' });
    assert.deepEqual([taken.status, taken.body['code']], [409, 'task-id-taken']);
    assert.equal((await ada.call<ChangePage>('GET', '/api/v1/changes?since=0')).body.head, 1);
  });

  test('subtasks go to the trash with their parent and come back with it; no task is below itself', async () => {
    const ada = await person();
    const parent = (await ada.call<Task>('POST', '/api/v1/tasks', { title: 'parent' })).body;
    const child = (await ada.call<Task>('POST', '/api/v1/tasks', { title: 'child', parent_id: parent.id }))
      .body;
    const circle = await ada.call('PATCH', `/api/v1/tasks/${parent.id}`, { parent_id: child.id });
    assert.equal(circle.status, 422);
    assert.equal((await ada.call('DELETE', `/api/v1/tasks/${parent.id}`)).status, 204);
    assert.equal((await ada.call<Tasks>('GET', '/api/v1/tasks')).body.total, 0);
    assert.equal((await ada.call<Tasks>('GET', '/api/v1/tasks?trash=true')).body.total, 2);
    assert.equal((await ada.call('POST', `/api/v1/tasks/${child.id}/restore`)).status, 409);
    assert.equal((await ada.call('POST', `/api/v1/tasks/${parent.id}/restore`)).status, 200);
    assert.equal((await ada.call<Tasks>('GET', `/api/v1/tasks?parent_id=${parent.id}`)).body.total, 1);
  });

  test('a bulk command is all or nothing, names what failed, and later operations see earlier ones', async () => {
    const ada = await person();
    const [id, child] = [v7(), v7()];
    const good = [
      { op: 'create', id, title: 'parent' },
      { op: 'create', id: child, title: 'child', parent_id: id },
      { op: 'patch', id, priority: 1 },
      { op: 'complete', id },
    ];
    const bad = await ada.call<{ errors: { field: string }[] }>('POST', '/api/v1/tasks/bulk', {
      operations: [...good, { op: 'complete', id: v7() }],
    });
    assert.deepEqual([bad.status, bad.body.errors[0]?.field], [404, 'operations/4']);
    assert.equal((await ada.call<Tasks>('GET', '/api/v1/tasks')).body.total, 0);
    const done = await ada.call<Tasks>('POST', '/api/v1/tasks/bulk', { operations: good });
    assert.equal(done.status, 200);
    assert.deepEqual(
      done.body.tasks.map(({ status, version }) => [status, version]),
      [
        ['complete', 3],
        ['pending', 1],
      ],
    );
    assert.equal((await ada.call('POST', '/api/v1/tasks/bulk', { operations: [] })).status, 422);
  });

  test('undo takes back the last command, whole, and once more the one before; a task that moved on is a conflict', async () => {
    const ada = await person();
    const { body: task } = await ada.call<Task>('POST', '/api/v1/tasks', { title: 'one' });
    await ada.call('PATCH', `/api/v1/tasks/${task.id}`, { title: 'two' });
    const extra = [
      { op: 'create', title: 'a' },
      { op: 'create', title: 'b' },
      { op: 'complete', id: task.id },
    ];
    await ada.call('POST', '/api/v1/tasks/bulk', { operations: extra });
    await ada.call('POST', '/api/v1/undo');
    const afterBulk = (await ada.call<Tasks>('GET', '/api/v1/tasks')).body.tasks;
    assert.deepEqual(
      afterBulk.map(({ title, status }) => [title, status]),
      [['two', 'pending']],
    );
    await ada
      .call('POST', '/api/v1/undo')
      .then(({ status }) => assert.equal(status, 409, 'the bulk and its undo moved the task on'));
    assert.equal((await (await person()).call('POST', '/api/v1/undo')).status, 404);
  });

  test('history tells every change with its diff; revert brings a version back as a change of its own', async () => {
    const ada = await person();
    const { body: task } = await ada.call<Task>('POST', '/api/v1/tasks', { title: 'one' });
    const path = `/api/v1/tasks/${task.id}`;
    await ada.call('PATCH', path, { title: 'two', priority: 1 });
    const reverted = await ada.call<Task>('POST', `${path}/revert`, { to_version: 1 });
    assert.deepEqual([reverted.body.title, reverted.body.priority, reverted.body.version], ['one', 4, 3]);
    type Entry = {
      version: number;
      event_type: string;
      actor: { user_id: string };
      diff: Record<string, unknown>;
    };
    const { history } = (await ada.call<{ history: Entry[] }>('GET', `${path}/history`)).body;
    assert.deepEqual(
      history.map(({ version, event_type }) => [version, event_type]),
      [
        [3, 'task-updated'],
        [2, 'task-updated'],
        [1, 'task-created'],
      ],
    );
    assert.deepEqual(history[1]?.diff, { title: { from: 'one', to: 'two' }, priority: { from: 4, to: 1 } });
    assert.equal(history[0]?.actor.user_id, ada.id);
    assert.equal((await ada.call<Task>('GET', `${path}/versions/2`)).body.title, 'two');
    assert.equal((await ada.call('POST', `${path}/revert`, { to_version: 9 })).status, 404);
  });
});

describe('queries', () => {
  test('filters, search, sorts and pages give what they should, and total is exact', async () => {
    const ada = await person();
    const drafts = [
      {
        title: 'Buy oat milk',
        labels: ['home', 'shop'],
        list: 'groceries',
        priority: 2,
        due_date: '2026-05-01',
      },
      {
        title: 'Call the bank',
        description: 'about the MILKY way loan',
        priority: 1,
        due_date: '2026-04-01T09:00:00+02:00',
      },
      { title: 'Write report', labels: ['work'], status: 'in_progress' },
    ];
    for (const draft of drafts) await ada.call('POST', '/api/v1/tasks', draft);
    const titles = async (query: string) => {
      const { status, body } = await ada.call<Tasks>('GET', `/api/v1/tasks?${query}`);
      assert.equal(status, 200, query);
      assert.equal(body.total, body.tasks.length, query);
      return body.tasks.map(({ title }) => title.split(' ')[0]);
    };
    assert.deepEqual(await titles(''), ['Write', 'Call', 'Buy']);
    assert.deepEqual(await titles('sort=due'), ['Call', 'Buy', 'Write']);
    assert.deepEqual(await titles('sort=priority'), ['Call', 'Buy', 'Write']);
    assert.deepEqual(await titles('status=in_progress'), ['Write']);
    assert.deepEqual(await titles('label=home&label=shop'), ['Buy']);
    assert.deepEqual(await titles('label=home&label=work'), []);
    assert.deepEqual(await titles('list=groceries'), ['Buy']);
    assert.deepEqual(await titles('priority=1'), ['Call']);
    assert.deepEqual(await titles('due_before=2026-04-15'), ['Call']);
    assert.deepEqual(await titles('due_after=2026-04-15'), ['Buy']);
    assert.deepEqual(await titles('q=milk'), ['Call', 'Buy']);
    assert.deepEqual(await titles('q=oat%20mi'), ['Buy']);
    assert.deepEqual(await titles('parent_id=none&status=pending'), ['Call', 'Buy']);
    for (const typed of ["'", '\\', ':*', 'a & | ! ( )', '<->', '%00', "'; DROP TABLE", '漢字', '😀']) {
      assert.equal(
        (await ada.call('GET', `/api/v1/tasks?q=${encodeURIComponent(typed)}`)).status,
        200,
        typed,
      );
    }
  });

  test('keyset pages neither repeat nor skip, whatever is created meanwhile', async () => {
    const ada = await person();
    const before = (
      await ada.call<Tasks>('POST', '/api/v1/tasks/bulk', {
        operations: Array.from({ length: 25 }, (_, n) => ({ op: 'create', title: `t${n}` })),
      })
    ).body;
    for (const sort of ['created', 'due', 'priority']) {
      const seen: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const page: Tasks = (
          await ada.call<Tasks>(
            'GET',
            `/api/v1/tasks?limit=10&sort=${sort}${cursor === '' ? '' : `&cursor=${cursor}`}`,
          )
        ).body;
        seen.push(...page.tasks.map(({ id }) => id));
        cursor = page.next_cursor;
        if (seen.length <= 20) await ada.call('POST', '/api/v1/tasks', { title: 'meanwhile' });
      }
      assert.equal(new Set(seen).size, seen.length, sort);
      assert.ok(
        before.tasks.every(({ id }) => seen.includes(id)),
        sort,
      );
    }
    assert.equal((await ada.call('GET', '/api/v1/tasks?cursor=nonsense')).status, 422);
    assert.equal(
      (
        await ada.call(
          'GET',
          `/api/v1/tasks?sort=due&cursor=${Buffer.from('["created","a","b"]').toString('base64url')}`,
        )
      ).status,
      422,
    );
  });

  test('the feed is gapless and knows its end; a snapshot with the changes after it is the whole', async () => {
    const ada = await person();
    for (const n of [1, 2, 3]) await ada.call('POST', '/api/v1/tasks', { title: `t${n}` });
    const first = (await ada.call<ChangePage>('GET', '/api/v1/changes?since=0&limit=2')).body;
    assert.deepEqual([first.changes.map(({ seq }) => seq), first.head, first.has_more], [[1, 2], 3, true]);
    const rest = (await ada.call<ChangePage>('GET', '/api/v1/changes?since=2')).body;
    assert.deepEqual([rest.changes.map(({ seq }) => seq), rest.has_more], [[3], false]);
    assert.deepEqual((await ada.call<ChangePage>('GET', '/api/v1/changes?since=3')).body.changes, []);
    assert.equal((await ada.call('GET', '/api/v1/changes?since=4')).body['code'], 'ahead-of-head');
    const page = (await ada.call<SnapshotPage>('GET', '/api/v1/snapshot?limit=2')).body;
    await ada.call('POST', '/api/v1/tasks', { title: 'later' });
    const next = (await ada.call<SnapshotPage>('GET', `/api/v1/snapshot?cursor=${page.next_cursor}`)).body;
    assert.deepEqual([page.seq, next.seq, page.tasks.length + next.tasks.length], [3, 3, 4]);
  });

  test('lists and labels are counted; an ETag that still holds is 304', async () => {
    const ada = await person();
    const { body: task } = await ada.call<Task>('POST', '/api/v1/tasks', {
      title: 'x',
      list: 'home',
      labels: ['a', 'b'],
    });
    assert.deepEqual((await ada.call('GET', '/api/v1/lists')).body, [{ name: 'home', open_tasks: 1 }]);
    assert.deepEqual((await ada.call('GET', '/api/v1/labels')).body, [
      { name: 'a', open_tasks: 1 },
      { name: 'b', open_tasks: 1 },
    ]);
    assert.equal(
      (await ada.call('GET', `/api/v1/tasks/${task.id}`, undefined, { 'if-none-match': '"1"' })).status,
      304,
    );
  });
});
