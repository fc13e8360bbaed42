import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { openPool } from '@rondo/postgres/open-pool';
import type { Problem } from '@rondo/shared/contracts/problem';
import type { Task } from '@rondo/shared/contracts/task';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';
import { create, eventsOf, taskOf } from '../support/tasks-of.ts';

const { person, database_url: url } = await startTestService({ after }, todoService);
const pool = openPool(url, 'moves test', 2);
after(() => pool.end());

const move = <Body = Task>(owner: TestPerson, id: string, body: object) =>
  owner.call<Body>('POST', `/api/v1/tasks/${encodeURIComponent(id)}/move`, body);

/** The titles of a person's tasks, in the order of lists and boards. */
const orderOf = async (owner: TestPerson, filter = '') => {
  const path = `/api/v1/tasks?sort=rank&limit=100${filter}`;
  return (await owner.call<{ tasks: Task[] }>('GET', path)).body.tasks.map(({ title }) => title).join('');
};

/** A person with one task for each letter, in their order. */
async function personWith(letters: string): Promise<{ ada: TestPerson; ids: Record<string, string> }> {
  const ada = await person();
  const ids: Record<string, string> = {};
  for (const title of letters) ids[title] = (await create(ada, { title })).id;
  return { ada, ids };
}

test('tasks come in the order of their creation until one is moved: behind, before, between, to an end', async () => {
  const { ada, ids } = await personWith('abcde');
  assert.equal(await orderOf(ada), 'abcde');
  assert.equal((await move(ada, ids['a'] ?? '', { after: ids['c'] })).status, 200);
  assert.equal(await orderOf(ada), 'bcade');
  await move(ada, ids['e'] ?? '', { before: ids['b'] });
  assert.equal(await orderOf(ada), 'ebcad');
  await move(ada, ids['d'] ?? '', { after: ids['b'], before: ids['c'] });
  assert.equal(await orderOf(ada), 'ebdca');
  await move(ada, ids['e'] ?? '', { after: ids['a'] });
  assert.equal(await orderOf(ada), 'bdcae');
  await create(ada, { title: 'f' });
  assert.equal(await orderOf(ada), 'bdcaef', 'a creation is behind what was moved to the end');
});

test('a move is one change, with its list, column and parent, and undo takes it back', async () => {
  const { ada, ids } = await personWith('abc');
  const before = await taskOf(ada, ids['c'] ?? '');
  const target = { before: '#2', list: 'work', status: 'in_progress', parent_id: '#1' };
  const { status, body } = await move(ada, '#3', target);
  assert.equal(status, 200);
  assert.deepEqual(
    [body.list, body.status, body.parent_id, body.version, body.number],
    ['work', 'in_progress', ids['a'], 2, 3],
  );
  const event = (await eventsOf(ada)).at(-1);
  assert.deepEqual(
    [event?.event_type, event?.changed.toSorted(), event?.payload],
    ['task-updated', ['list', 'parent_id', 'rank', 'status'], body],
  );
  await ada.call('POST', '/api/v1/undo');
  const { version: _version, updated_at: _at, ...undone } = await taskOf(ada, body.id);
  const { version: _before, updated_at: _then, ...expected } = before;
  assert.deepEqual(undone, expected);
});

test('a place that does not exist is refused with the field', async () => {
  const { ada, ids } = await personWith('abc');
  const eve = await personWith('x');
  await ada.call('DELETE', `/api/v1/tasks/${ids['b']}`);
  const a = ids['a'] ?? '';
  for (const [body, field] of [
    [{}, 'after'],
    [{ after: a }, 'after'],
    [{ before: '#1' }, 'before'],
    [{ after: ids['b'] }, 'after'],
    [{ before: eve.ids['x'] }, 'before'],
    [{ after: '#999' }, 'after'],
    [{ after: ids['c'], parent_id: '#1' }, 'parent_id'],
    [{ after: ids['c'], rank: 'V' }, 'rank'],
  ] as const) {
    const { status, body: problem } = await move<Problem>(ada, a, body);
    assert.deepEqual([status, problem.errors?.[0]?.field], [422, field], JSON.stringify(body));
  }
  for (const id of ['#999', ids['b'] ?? '', eve.ids['x'] ?? ''])
    assert.equal((await move(ada, id, { after: ids['c'] })).status, 404, id);
  assert.equal((await move(ada, a, { after: ids['c'], version: 7 })).status, 412);
  assert.equal(await orderOf(ada), 'ac');
});

test('where neighbours have one rank, the tasks around them are spaced evenly', async () => {
  const { ada, ids } = await personWith('abcdef');
  await pool.query(
    `UPDATE todo_service.tasks SET rank = 'e00002', task = (task::jsonb || '{"rank":"e00002"}')::json
     WHERE workspace_id = $1 AND number IN (2, 3, 4)`,
    [ada.id],
  );
  assert.equal(await orderOf(ada), 'abcdef');
  assert.equal((await move(ada, ids['f'] ?? '', { after: ids['b'] })).body.title, 'f');
  assert.equal(await orderOf(ada), 'abfcde');
  await move(ada, ids['a'] ?? '', { before: ids['d'], after: ids['c'] });
  assert.equal(await orderOf(ada), 'bfcade');
});

test('among thousands of tasks with one whole number, a move changes those around its place only', async () => {
  const { ada, ids } = await personWith('abcd');
  // 6,000 tasks between the first and the others, two of which have one rank.
  await pool.query(
    `WITH ranked AS (
       SELECT n, CASE WHEN n = 3000 THEN 'e00001' || 2999 || 'V' ELSE 'e00001' || lpad(n::text, 4, '0') || 'V' END AS rank
       FROM generate_series(1, 6000) AS n
     ), made AS (SELECT n, rank, ('019a0000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid AS id FROM ranked)
     INSERT INTO todo_service.tasks (workspace_id, id, version, task, status, priority, labels, created_at, search, number, rank)
     SELECT $1, made.id, 1, (held.task::jsonb || jsonb_build_object('id', made.id, 'number', 10 + n, 'rank', made.rank,
              'title', 'n' || n, 'version', 1))::json, 'pending', 4, '[]', held.created_at, held.search, 10 + n, made.rank
     FROM made CROSS JOIN (SELECT * FROM todo_service.tasks WHERE workspace_id = $1 AND number = 1) held`,
    [ada.id],
  );
  const before = (await eventsOf(ada)).length;
  const { status, body } = await move(ada, ids['d'] ?? '', { after: '#3009', before: '#3010' });
  assert.deepEqual([status, body.title], [200, 'd']);
  const changed = (await eventsOf(ada)).slice(before).map(({ payload }) => payload);
  assert.ok(changed.length <= 41, `${changed.length} changes`);
  const { rows } = await pool.query<{ title: string }>(
    `SELECT task ->> 'title' AS title FROM todo_service.tasks WHERE workspace_id = $1 AND number <> 2 AND number <> 3
     ORDER BY rank, id`,
    [ada.id],
  );
  const titles = rows.map(({ title }) => title);
  const pair = ['n2999', 'n3000'];
  const place = titles.indexOf('d');
  assert.deepEqual(
    titles.filter((title) => title !== 'd' && !pair.includes(title)),
    ['a', ...Array.from({ length: 6_000 }, (_, n) => `n${n + 1}`).filter((title) => !pair.includes(title))],
  );
  assert.deepEqual([titles[place - 1], titles[place + 1]], pair);
});

test('many moves to one place never run out of ranks', async () => {
  const { ada, ids } = await personWith('abcd');
  // Two tasks take turns behind the first one: each halves the space that is left.
  const operations = Array.from({ length: 499 }, (_, n) => ({
    op: 'move',
    id: ids[n % 2 ? 'b' : 'c'],
    after: ids['a'],
  }));
  const { status } = await ada.call('POST', '/api/v1/tasks/bulk', { operations });
  assert.equal(status, 200);
  assert.equal(await orderOf(ada), 'acbd');
  const { rows } = await pool.query<{ longest: number }>(
    'SELECT max(length(payload ->> $2)) AS longest FROM todo_service.events WHERE workspace_id = $1',
    [ada.id, 'rank'],
  );
  assert.ok((rows[0]?.longest ?? 100) <= 64);
});

test('any moves, by themselves and in bulk, give the order that a list in memory has', async () => {
  const letters = 'abcdefgh';
  const letter = fc.constantFrom(...letters.split(''));
  const moves = fc.array(
    fc.record({ moved: letter, neighbour: letter, side: fc.constantFrom('after', 'before') }),
    { minLength: 1, maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(moves, fc.boolean(), async (given, isInBulk) => {
      const { ada, ids } = await personWith(letters);
      const order = letters.split('');
      const wanted = given.filter(({ moved, neighbour }) => moved !== neighbour);
      for (const { moved, neighbour, side } of wanted) {
        order.splice(order.indexOf(moved), 1);
        order.splice(order.indexOf(neighbour) + (side === 'after' ? 1 : 0), 0, moved);
      }
      const operations = wanted.map(({ moved, neighbour, side }) => ({
        op: 'move',
        id: ids[moved],
        [side]: ids[neighbour],
      }));
      if (isInBulk && operations.length > 0) await ada.call('POST', '/api/v1/tasks/bulk', { operations });
      else for (const { op: _op, id = '', ...body } of operations) await move(ada, id, body);
      assert.equal(await orderOf(ada), order.join(''));
    }),
    { numRuns: 12 },
  );
});

test('people who move at the same time end with one order, whatever it is', async () => {
  const { ada, ids } = await personWith('abcdefgh');
  await Promise.all(
    'cdefgh'.split('').map((title) => move(ada, ids[title] ?? '', { after: ids['a'], before: ids['b'] })),
  );
  const order = await orderOf(ada);
  assert.deepEqual([order[0], order.at(-1), order.length], ['a', 'b', 8]);
  const events = await eventsOf(ada);
  const last = new Map(events.map(({ payload }) => [payload.id, payload]));
  const fromEvents = [...last.values()].toSorted((left, right) =>
    `${left.rank} ${left.id}` < `${right.rank} ${right.id}` ? -1 : 1,
  );
  assert.equal(fromEvents.map(({ title }) => title).join(''), order);
});
