import assert from 'node:assert/strict';
import { after, test, type TestContext } from 'node:test';
import { v7 } from 'uuid';
import { openPool } from '@rondo/postgres/open-pool';
import type { Task } from '@rondo/shared/contracts/task';
import { eventually } from '@rondo/shared/test/eventually';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';

const { person, database_url: url } = await startTestService({ after }, todoService);
const pool = openPool(url, 'fairness test', 4);
after(() => pool.end());

/** Holds a lock in a transaction of its own, as a slow command of the workspace would. @returns what ends it */
async function hold(t: TestContext, lock: string, values: unknown[]): Promise<() => Promise<void>> {
  const client = await pool.connect();
  await client.query('BEGIN');
  await client.query(lock, values);
  let isHeld = true;
  const end = async () => {
    if (!isHeld) return;
    isHeld = false;
    await client.query('COMMIT');
    client.release();
  };
  t.after(end);
  return end;
}

const holdCommands = (t: TestContext, { id }: TestPerson) =>
  hold(t, 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`family ${id}`]);

/** How many connections of the service wait for a lock. */
async function blocked(): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rows[0]?.count ?? 0;
}

const bulk = (who: TestPerson) =>
  who.call('POST', '/api/v1/tasks/bulk', { operations: [{ op: 'create', title: 'one of many' }] });

test('the commands of one workspace hold one connection, and others read and write beside them', async (t) => {
  const [ada, bob] = [await person(), await person()];
  const parent = (await ada.call<Task>('POST', '/api/v1/tasks', { title: 'parent' })).body;
  const release = await holdCommands(t, ada);
  const below = () => ada.call('POST', '/api/v1/tasks', { title: 'child', parent_id: parent.id });
  const commands = [
    ...Array.from({ length: 16 }, () => bulk(ada)),
    ...Array.from({ length: 8 }, below),
    ada.call('POST', '/api/v1/undo'),
    ada.call('DELETE', `/api/v1/tasks/${parent.id}`),
  ];
  await eventually(async () => (await blocked()) === 1, { what: 'a command that waits in the database' });
  for (let n = 0; n < 10; n += 1) {
    assert.equal((await bob.call('POST', '/api/v1/tasks', { title: 'quick' })).status, 201);
    assert.equal((await bob.call('GET', '/api/v1/tasks')).status, 200);
    assert.equal((await bulk(bob)).status, 200);
  }
  assert.equal((await ada.call('GET', '/api/v1/tasks')).status, 200, 'also the same person reads');
  assert.equal(await blocked(), 1);
  await release();
  const statuses = (await Promise.all(commands)).map(({ status }) => status);
  assert.ok(
    statuses.every((status) => status < 500 && status !== 429),
    statuses.join(' '),
  );
});

test('the commands of many workspaces leave connections to the single changes of others', async (t) => {
  const [bob, many] = [await person(), await Promise.all(Array.from({ length: 8 }, () => person()))];
  const release = await hold(
    t,
    'SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest($1::text[]) AS name',
    [many.map(({ id }) => `family ${id}`)],
  );
  const commands = many.map((who) => bulk(who));
  await eventually(async () => (await blocked()) === 4, {
    what: 'as many commands as may have a connection',
  });
  for (let n = 0; n < 5; n += 1)
    assert.equal((await bob.call('POST', '/api/v1/tasks', { title: 'quick' })).status, 201);
  assert.equal(await blocked(), 4);
  await release();
  for (const { status } of await Promise.all(commands)) assert.equal(status, 200);
});

test('more commands than may wait are refused as busy at once, and none of the accepted ones is lost', async (t) => {
  const ada = await person();
  const release = await holdCommands(t, ada);
  const refused: Awaited<ReturnType<typeof bulk>>[] = [];
  const answers = Array.from({ length: 120 }, async () => {
    const answer = await bulk(ada);
    if (answer.status === 429) refused.push(answer);
    return answer;
  });
  await eventually(() => refused.length === 19, { what: 'those that find no place to be refused' });
  const [first] = refused;
  assert.deepEqual([first?.body['code'], first?.headers.get('retry-after')], ['busy', '1']);
  await release();
  const statuses = (await Promise.all(answers)).map(({ status }) => status);
  assert.equal(statuses.filter((status) => status === 429).length, 19);
  assert.equal(statuses.filter((status) => status === 200).length, 101);
  const { body } = await ada.call<{ total: number }>('GET', '/api/v1/tasks');
  assert.equal(body.total, 101);
});

test('a change of a workspace whose command is slow does not hold up the changes of others', async (t) => {
  const [ada, bob] = [await person(), await person()];
  await ada.call('POST', '/api/v1/tasks', { title: 'makes the row of the workspace' });
  const release = await hold(t, 'SELECT FROM todo_service.workspaces WHERE id = $1 FOR UPDATE', [ada.id]);
  const command = bulk(ada);
  await eventually(async () => (await blocked()) === 1, { what: 'the command to wait' });
  const own = Array.from({ length: 5 }, () => ada.call('POST', '/api/v1/tasks', { title: 'waits' }));
  for (let n = 0; n < 5; n += 1)
    assert.equal((await bob.call('POST', '/api/v1/tasks', { title: 'quick' })).status, 201);
  await release();
  assert.equal((await command).status, 200);
  for (const { status } of await Promise.all(own)) assert.equal(status, 201);
});

test('a change of a workspace that another replica holds does not hold up the changes of others, nor is it lost', async (t) => {
  const [ada, bob] = [await person(), await person()];
  await ada.call('POST', '/api/v1/tasks', { title: 'makes the row of the workspace' });
  const release = await hold(t, 'SELECT FROM todo_service.workspaces WHERE id = $1 FOR UPDATE', [ada.id]);
  const together = Array.from({ length: 6 }, (_, n) =>
    (n % 2 === 0 ? ada : bob).call('POST', '/api/v1/tasks', { title: `t${n}` }),
  );
  for (let n = 0; n < 5; n += 1)
    assert.equal((await bob.call('POST', '/api/v1/tasks', { title: 'quick' })).status, 201);
  for (const [n, answer] of together.entries()) if (n % 2 === 1) assert.equal((await answer).status, 201);
  await eventually(async () => (await blocked()) === 1, { what: 'the own changes to wait aside' });
  await release();
  for (const { status } of await Promise.all(together)) assert.equal(status, 201);
  const { body } = await ada.call<{ tasks: Task[] }>('GET', '/api/v1/tasks?sort=rank');
  assert.deepEqual(
    body.tasks.map(({ title }) => title),
    ['makes the row of the workspace', 't0', 't2', 't4'],
  );
});

test('commands and single changes of one workspace at once give a gapless order', async () => {
  const ada = await person();
  const answers = await Promise.all(
    Array.from({ length: 120 }, (_, n) =>
      n % 3 === 0 ? bulk(ada) : ada.call('POST', '/api/v1/tasks', { title: `t${n}`, id: v7() }),
    ),
  );
  const accepted = answers.filter(({ status }) => status < 300).length;
  assert.equal(accepted, 120);
  const { body } = await ada.call<{ changes: { seq: number }[]; head: number }>(
    'GET',
    '/api/v1/changes?since=0&limit=1000',
  );
  assert.deepEqual(
    body.changes.map(({ seq }) => seq),
    Array.from({ length: 120 }, (_, n) => n + 1),
  );
});
