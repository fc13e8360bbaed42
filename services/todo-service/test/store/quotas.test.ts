import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import { v7 } from 'uuid';
import { openPool } from '@rondo/postgres/open-pool';
import type { Task } from '@rondo/shared/contracts/task';
import { eventually } from '@rondo/shared/test/eventually';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { quotas } from '../../src/domain/quotas.ts';
import { service as todoService } from '../../src/service.ts';

const { person, deliver, database_url: url } = await startTestService({ after }, todoService);
const pool = openPool(url, 'quota test', 2);
after(() => pool.end());

type Used = {
  tasks: number;
  bytes: number;
  is_today: boolean;
  events_of_day: number;
  event_bytes_of_day: number;
  imports_of_day: number;
};

async function usedBy({ id }: TestPerson): Promise<Used> {
  const { rows } = await pool.query<Used>(
    `SELECT pending + in_progress + complete + trashed AS tasks, bytes, events_of_day,
            day = (now() AT TIME ZONE 'UTC')::date AS is_today,
            event_bytes_of_day, imports_of_day
     FROM todo_service.workspaces WHERE id = $1`,
    [id],
  );
  assert.ok(rows[0]);
  return rows[0];
}

/** Makes the counts of a workspace those of another day. */
const moveDay = ({ id }: TestPerson, days: number) =>
  pool.query('UPDATE todo_service.workspaces SET day = day + $2::int WHERE id = $1', [id, days]);

/** A number counts as seven digits. */
const storedBytes = async ({ id }: TestPerson) => {
  const { rows } = await pool.query<{ bytes: string }>(
    'SELECT coalesce(sum(octet_length(task::text) + 7 - length(number::text)), 0) AS bytes FROM todo_service.tasks WHERE workspace_id = $1',
    [id],
  );
  return Number(rows[0]?.bytes);
};

/** A person with one task, whose workspace has used what is given. */
async function personWith(used: Partial<Record<keyof Used | 'pending', number>>) {
  const who = await person();
  const task = (await who.call<Task>('POST', '/api/v1/tasks', { title: 'first' })).body;
  for (const [column, value] of Object.entries(used))
    await pool.query(`UPDATE todo_service.workspaces SET ${column} = $2 WHERE id = $1`, [who.id, value]);
  return { who, task };
}

type Refusal = {
  code: string;
  detail: string;
  quota: { name: string; limit: number; used: number };
};

async function assertRefused(
  answer: Promise<{ status: number; body: unknown }>,
  name: string,
): Promise<void> {
  const { status, body } = await answer;
  const { code, quota, detail } = body as Refusal;
  assert.deepEqual([status, code, quota?.name], [403, 'quota-exceeded', name], JSON.stringify(body));
  assert.equal(quota.limit, quotas[name as keyof typeof quotas]);
  assert.match(detail, /at most .+\. .+\.$/);
}

const create = (who: TestPerson, more: object = {}) =>
  who.call<Task>('POST', '/api/v1/tasks', { title: 'one more', ...more });
const bulk = (who: TestPerson, count: number) =>
  who.call('POST', '/api/v1/tasks/bulk', {
    operations: Array.from({ length: count }, () => ({ op: 'create', title: 'x' })),
  });

test('the counts of a workspace follow its tasks, whatever happens to them', async () => {
  const ada = await person();
  const { body: task } = await create(ada, { title: 'größer 漢字', description: 'x'.repeat(1_000) });
  await bulk(ada, 3);
  await ada.call('PATCH', `/api/v1/tasks/${task.id}`, { description: 'short' });
  await ada.call('POST', '/api/v1/tasks/bulk', {
    operations: [
      { op: 'patch', id: task.id, description: 'once' },
      { op: 'patch', id: task.id, description: 'twice' },
    ],
  });
  await ada.call('DELETE', `/api/v1/tasks/${task.id}`);
  const { tasks, bytes, is_today: isToday, events_of_day: events } = await usedBy(ada);
  assert.deepEqual([tasks, isToday, events], [4, true, 8]);
  assert.equal(bytes, await storedBytes(ada));
  await ada.call('POST', '/api/v1/undo');
  assert.equal((await usedBy(ada)).bytes, await storedBytes(ada));
});

test('tasks: the last one fits, the next is refused in every way to create one, and deletions are not', async () => {
  const { who, task } = await personWith({ pending: quotas.tasks - 1 });
  assert.equal((await create(who)).status, 201);
  await assertRefused(create(who), 'tasks');
  await assertRefused(create(who, { parent_id: task.id }), 'tasks');
  await assertRefused(bulk(who, 2), 'tasks');
  assert.equal((await who.call('PATCH', `/api/v1/tasks/${task.id}`, { title: 'renamed' })).status, 200);
  assert.equal((await who.call('DELETE', `/api/v1/tasks/${task.id}`)).status, 204);
  await assertRefused(create(who), 'tasks');
  await pool.query('UPDATE todo_service.workspaces SET pending = 1 WHERE id = $1', [who.id]);
  assert.equal((await create(who)).status, 201, 'there is room again');
});

test('a bulk command that would go over a quota changes nothing', async () => {
  const { who } = await personWith({ pending: quotas.tasks - 10 });
  const before = await usedBy(who);
  await assertRefused(bulk(who, 11), 'tasks');
  assert.deepEqual(await usedBy(who), before);
  assert.equal((await bulk(who, 10)).status, 200);
});

test('of many concurrent creations, exactly those that fit are accepted, and others are not hurt', async () => {
  const { who } = await personWith({ pending: quotas.tasks - 20 });
  const bob = await person();
  const answers = await Promise.all([
    ...Array.from({ length: 60 }, () => create(who)),
    ...Array.from({ length: 20 }, () => create(bob)),
  ]);
  const statuses = answers.map(({ status }) => status);
  assert.equal(statuses.slice(0, 60).filter((status) => status === 201).length, 20);
  assert.equal(statuses.slice(0, 60).filter((status) => status === 403).length, 40);
  assert.ok(statuses.slice(60).every((status) => status === 201));
  assert.equal((await usedBy(who)).tasks, quotas.tasks);
});

test('bytes: a task may become shorter, not longer', async () => {
  const { who, task } = await personWith({ bytes: quotas.bytes });
  const path = `/api/v1/tasks/${task.id}`;
  await assertRefused(create(who), 'bytes');
  await assertRefused(who.call('PATCH', path, { description: 'longer than before' }), 'bytes');
  assert.equal((await who.call('PATCH', path, { title: 'f' })).status, 200);
  assert.equal((await who.call('DELETE', path)).status, 204);
});

test('events of a day: only deletions pass, until midnight UTC', async () => {
  const { who, task } = await personWith({ events_of_day: quotas.events });
  const other = await personWith({});
  await assertRefused(create(who), 'events');
  await assertRefused(who.call('POST', `/api/v1/tasks/${task.id}/complete`), 'events');
  assert.equal((await create(other.who)).status, 201);
  assert.equal((await who.call('DELETE', `/api/v1/tasks/${task.id}`)).status, 204);
  await moveDay(who, -1);
  assert.equal((await create(who)).status, 201);
  const { is_today: isToday, events_of_day: events } = await usedBy(who);
  assert.deepEqual([isToday, events], [true, 1]);
});

test('the undo of a creation is allowed when every quota is used up', async () => {
  const { who } = await personWith({
    pending: quotas.tasks,
    bytes: quotas.bytes,
    events_of_day: quotas.events,
  });
  const { status, body } = await who.call<{ tasks: Task[] }>('POST', '/api/v1/undo');
  assert.equal(status, 200);
  assert.notEqual(body.tasks[0]?.deleted_at, null);
});

test('imports of a day: fifty, even if they come together, and more on the next day', async () => {
  const ada = await person();
  const send = (n: number) =>
    ada.call(
      'POST',
      '/api/v1/calendar-import',
      `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nBEGIN:VTODO\r\nUID:${n}@x\r\nSUMMARY:t\r\nEND:VTODO\r\nEND:VCALENDAR\r\n`,
      { 'content-type': 'text/calendar' },
    );
  const statuses = (await Promise.all(Array.from({ length: 60 }, (_, n) => send(n)))).map(
    ({ status }) => status,
  );
  assert.equal(statuses.filter((status) => status === 200).length, 50);
  await assertRefused(send(100), 'imports');
  assert.equal((await create(ada)).status, 201);
  await moveDay(ada, -1);
  assert.equal((await send(101)).status, 200);
});

test('a command of recurrence over a quota becomes a dead letter that names the quota', async () => {
  const { who, task } = await personWith({});
  await who.call('PATCH', `/api/v1/tasks/${task.id}`, {
    due_date: '2026-01-15',
    recurrence_rule: 'FREQ=DAILY',
  });
  await who.call('POST', `/api/v1/tasks/${task.id}/complete`);
  await pool.query('UPDATE todo_service.workspaces SET pending = $2 WHERE id = $1', [who.id, quotas.tasks]);
  const id = v7();
  const command = {
    event_id: id,
    schema_version: '1.0',
    timestamp: new Date().toISOString(),
    workspace_id: who.id,
    task_id: v7(),
    actor: { user_id: who.id, source: 'recurrence' },
    command_type: 'create-successor',
    of_task_id: task.id,
    due_date: '2026-01-16',
  };
  const envelope = { specversion: '1.0', id, topic: 'task-commands', data: command };
  await deliver('task-commands', [envelope]);
  await eventually(async () => {
    const { rows } = await pool.query<{ reason: string }>(
      'SELECT reason FROM todo_service.dead_letters WHERE event_id = $1',
      [id],
    );
    return rows[0]?.reason.includes('at most 100,000 tasks');
  });
});

test('the migration counts what is there', async () => {
  const ada = await person();
  await bulk(ada, 5);
  const expected = await usedBy(ada);
  const client = await pool.connect();
  try {
    await client.query('BEGIN; SET LOCAL search_path = todo_service');
    await client.query(`ALTER TABLE workspaces DROP COLUMN bytes, DROP COLUMN day, DROP COLUMN events_of_day,
                        DROP COLUMN imports_of_day`);
    await client.query(await readFile(`${import.meta.dirname}/../../migrations/0007-quotas.sql`, 'utf8'));
    const { rows } = await client.query<{ bytes: number }>('SELECT bytes FROM workspaces WHERE id = $1', [
      ada.id,
    ]);
    // Before there were numbers, none counted as seven digits.
    assert.equal(rows[0]?.bytes, expected.bytes - 5 * 6);
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
});

test('bytes of a day: each change counts with its whole task and its kept answer, deletions pass, midnight ends it', async () => {
  const { who, task } = await personWith({});
  const path = `/api/v1/tasks/${task.id}`;
  const usedBytes = async () => (await usedBy(who)).event_bytes_of_day;
  const before = await usedBytes();
  const description = '漢'.repeat(10_000);
  const { body } = await who.call<Task>('PATCH', path, { description }, { 'idempotency-key': v7() });
  const length = Buffer.byteLength(JSON.stringify(body));
  const ofChange = (await usedBytes()) - before;
  assert.ok(ofChange >= 2 * length && ofChange < 2 * length + 1_000, `${ofChange} of ${length}`);

  await pool.query('UPDATE todo_service.workspaces SET event_bytes_of_day = $2 WHERE id = $1', [
    who.id,
    quotas['event-bytes'] - 1,
  ]);
  await assertRefused(create(who), 'event-bytes');
  await assertRefused(who.call('PATCH', path, { priority: 1 }), 'event-bytes');
  await assertRefused(bulk(who, 2), 'event-bytes');
  const deleted = await who.call('DELETE', path, undefined, { 'idempotency-key': v7() });
  assert.equal(deleted.status, 204);
  await moveDay(who, -1);
  assert.equal((await create(who)).status, 201);
});

test('the kept answers of requests that change nothing count, too', async () => {
  const { who, task } = await personWith({});
  const path = `/api/v1/tasks/${task.id}`;
  await who.call('PATCH', path, { description: 'x'.repeat(20_000) });
  const again = (key: string) => who.call('PATCH', path, { title: 'first' }, { 'idempotency-key': key });
  const key = v7();
  assert.equal((await again(key)).status, 200);
  assert.ok((await usedBy(who)).event_bytes_of_day > 20_000);
  await pool.query('UPDATE todo_service.workspaces SET event_bytes_of_day = $2 WHERE id = $1', [
    who.id,
    quotas['event-bytes'] - 1,
  ]);
  await assertRefused(again(v7()), 'event-bytes');
  assert.equal((await again(key)).status, 200, 'the answer that is kept');
  assert.equal((await who.call('PATCH', path, { title: 'first' })).status, 200, 'nothing is kept of it');
});

test('the counts of a day in the future, when the clock was ahead, begin again in every way to count', async () => {
  const ways: Record<string, (of: { who: TestPerson; task: Task }) => Promise<{ status: number }>> = {
    creation: ({ who }) => create(who),
    change: ({ who, task }) => who.call('PATCH', `/api/v1/tasks/${task.id}`, { priority: 1 }),
    bulk: ({ who }) => bulk(who, 2),
    'kept answer': ({ who, task }) =>
      who.call('PATCH', `/api/v1/tasks/${task.id}`, { title: 'first' }, { 'idempotency-key': v7() }),
    import: ({ who }) =>
      who.call('POST', '/api/v1/imports?format=text', 'milk\n', { 'content-type': 'text/plain' }),
  };
  for (const [what, use] of Object.entries(ways)) {
    const one = await personWith({
      events_of_day: quotas.events,
      event_bytes_of_day: quotas['event-bytes'],
      imports_of_day: quotas.imports,
    });
    const refused = await use(one);
    assert.equal(refused.status, 403, what);
    await moveDay(one.who, 300);
    assert.ok((await use(one)).status < 300, what);
    const { is_today: isToday, event_bytes_of_day: bytes } = await usedBy(one.who);
    assert.deepEqual([isToday, bytes < 10_000], [true, true], what);
  }
});
