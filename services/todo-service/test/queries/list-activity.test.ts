import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { v7 } from 'uuid';
import { openPool } from '@rondo/postgres/open-pool';
import type { Task } from '@rondo/shared/contracts/task';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { Value } from 'typebox/value';
import { ActivityPage } from '../../src/queries/list-activity.ts';
import { service as todoService } from '../../src/service.ts';
import { calendarOf } from '../support/calendar-task.ts';
import { create, eventsOf } from '../support/tasks-of.ts';

const { agentOf, database_url: url, person } = await startTestService({ after }, todoService);
const pool = openPool(url, 'activity test', 1);
after(() => pool.end());

type Filters = Record<string, string | number>;

async function pageOf(who: TestPerson, filters: Filters = {}): Promise<ActivityPage> {
  const query = new URLSearchParams(Object.entries(filters).map(([name, value]) => [name, String(value)]));
  const { status, body } = await who.call<ActivityPage>('GET', `/api/v1/activity?${query.toString()}`);
  assert.equal(status, 200, JSON.stringify(body));
  assert.ok(Value.Check(ActivityPage, body), JSON.stringify(body));
  return body;
}

async function seqsOf(who: TestPerson, filters: Filters = {}): Promise<number[]> {
  return (await pageOf(who, filters)).activity.map(({ seq }) => seq);
}

test('an entry says who did what by which agent, in which command and turn', async () => {
  const ada = await person();
  const helper = await agentOf(ada, 'Helper');
  const turn = v7();
  await create(ada, { title: 'one' });
  const made = await helper.call<Task>('POST', '/api/v1/tasks', { title: 'two' }, { 'rondo-turn': turn });
  const { activity, next_cursor } = await pageOf(ada);
  const [second, first] = await eventsOf(ada).then((events) => events.toReversed());
  assert.deepEqual(activity[0], {
    seq: 2,
    event_id: second?.event_id,
    event_type: 'task-created',
    timestamp: made.body.created_at,
    task_id: made.body.id,
    number: 2,
    title: 'two',
    actor: { user_id: ada.id, source: 'mcp', agent: { client_id: 'Helper', name: 'Helper' } },
    command_id: made.headers.get('rondo-command'),
    turn_id: turn,
    changed: second?.changed,
    is_undone: false,
  });
  assert.deepEqual(
    [activity[1]?.actor, activity[1]?.turn_id, activity[1]?.command_id, activity.length, next_cursor],
    [{ user_id: ada.id, source: 'api' }, null, first?.command_id, 2, null],
  );
});

test('a filter leaves out what others did, other tasks and other lists', async () => {
  const ada = await person();
  const [helper, other] = [await agentOf(ada, 'Helper'), await agentOf(ada, 'Other')];
  const home = await create(ada, { title: 'at home', list: 'Home' });
  const work = await create(helper, { title: 'at work', list: 'Work' });
  await create(other, { title: 'nowhere' });
  await helper.call('PATCH', `/api/v1/tasks/${home.id}`, { list: 'Work' });
  await ada.call('PATCH', `/api/v1/tasks/${work.id}`, { priority: 1 });
  const someone = v7();
  await pool.query('UPDATE todo_service.events SET actor_id = $2 WHERE workspace_id = $1 AND seq = 3', [
    ada.id,
    someone,
  ]);
  for (const [filters, seqs] of [
    [{}, [5, 4, 3, 2, 1]],
    [{ person: ada.id }, [5, 4, 2, 1]],
    [{ person: someone }, [3]],
    [{ person: v7() }, []],
    [{ agent: 'Helper' }, [4, 2]],
    [{ agent: 'None' }, []],
    [{ task: home.id }, [4, 1]],
    [{ task: '#2' }, [5, 2]],
    [{ task: v7() }, []],
    [{ list: 'Home' }, [1]],
    [{ list: 'Work' }, [5, 4, 2]],
    [{ list: 'none' }, [3]],
    [{ list: 'Work', agent: 'Helper' }, [4, 2]],
    [{ task: home.id, agent: 'Helper' }, [4]],
    [{ task: work.id, list: 'Work', person: ada.id }, [5, 2]],
  ] as const)
    assert.deepEqual(await seqsOf(ada, filters), seqs, JSON.stringify(filters));
});

test('nobody sees the activity of another workspace, by any filter', async () => {
  const [ada, eve] = [await person(), await person()];
  const task = await create(ada, { title: 'secret', list: 'Home' });
  for (const filters of [{}, { person: ada.id }, { task: task.id }, { list: 'Home' }])
    assert.deepEqual(await pageOf(eve, filters), { activity: [], next_cursor: null });
});

test('what was undone is marked: a command, a turn, and of an import what did not stay', async () => {
  const ada = await person();
  const inTurn = { 'rondo-turn': v7() };
  await create(ada, { title: 'one' });
  await ada.call('POST', '/api/v1/undo');
  await ada.call('POST', '/api/v1/tasks', { title: 'in the turn' }, inTurn);
  await ada.call('POST', '/api/v1/undo', { turn_id: inTurn['rondo-turn'] });
  await ada.call('POST', '/api/v1/tasks', { title: 'later in the turn' }, inTurn);
  const file = calendarOf(
    ...['a', 'b'].map((uid) => `BEGIN:VTODO\r\nUID:${uid}\r\nSUMMARY:${uid}\r\nEND:VTODO`),
  );
  await ada.call('POST', '/api/v1/calendar-import', file, { 'content-type': 'text/calendar' });
  const { tasks } = (await ada.call<{ tasks: Task[] }>('GET', '/api/v1/tasks')).body;
  const b = tasks.find(({ title }) => title === 'b');
  await ada.call('PATCH', `/api/v1/tasks/${b?.id}`, { priority: 1 });
  const { command_id } = (await pageOf(ada)).activity[1] ?? {};
  await ada.call('POST', '/api/v1/undo', { command_id });
  assert.deepEqual(
    (await pageOf(ada)).activity.map(({ title, event_type, is_undone }) => [title, event_type, is_undone]),
    [
      ['a', 'task-deleted', false],
      ['b', 'task-updated', false],
      ['b', 'task-created', false],
      ['a', 'task-created', true],
      ['later in the turn', 'task-created', false],
      ['in the turn', 'task-deleted', false],
      ['in the turn', 'task-created', true],
      ['one', 'task-deleted', false],
      ['one', 'task-created', true],
    ],
  );
});

test('pages follow each other, with and without filters, and end', async () => {
  const ada = await person();
  const helper = await agentOf(ada, 'Helper');
  const { id } = await create(ada, { title: 'one', list: 'Home' });
  for (let n = 0; n < 6; n += 1)
    await (n % 2 ? helper : ada).call('PATCH', `/api/v1/tasks/${id}`, { title: `title ${n}` });
  for (const [filters, all] of [
    [{}, [7, 6, 5, 4, 3, 2, 1]],
    [{ task: id }, [7, 6, 5, 4, 3, 2, 1]],
    [{ agent: 'Helper' }, [7, 5, 3]],
    [{ list: 'Home' }, [7, 6, 5, 4, 3, 2, 1]],
  ] as const) {
    const seen: number[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await pageOf(ada, { ...filters, limit: 2, ...(cursor === '' ? {} : { cursor }) });
      seen.push(...page.activity.map(({ seq }) => seq));
      cursor = page.next_cursor;
    }
    assert.deepEqual(seen, all, JSON.stringify(filters));
  }
  const { status, body } = await ada.call('GET', '/api/v1/activity?cursor=WyJvdGhlciIsMV0');
  assert.deepEqual([status, body['code']], [422, 'invalid-input']);
});

test('a page stops after 5,000 events, and the next one goes on behind them', async () => {
  const ada = await person();
  const helper = await agentOf(ada, 'Helper');
  await create(helper, { title: 'first', list: 'Home' });
  await pool.query(
    `WITH head AS (UPDATE todo_service.workspaces SET seq = seq + 12000 WHERE id = $1)
     INSERT INTO todo_service.events (workspace_id, seq, event_id, event_type, task_id, version, actor_id, actor_source,
                                      command_id, occurred_at, changed, payload)
     SELECT $1, 1 + n, gen_random_uuid(), 'task-updated', $2, n, $1, 'api', gen_random_uuid(), $3, '[]', '{"title":"x","list":null}'
     FROM generate_series(1, 12000) AS n`,
    [ada.id, v7(), new Date().toISOString()],
  );
  await create(helper, { title: 'last', list: 'Home' });
  for (const filters of [{ agent: 'Helper' }, { list: 'Home' }] as Filters[]) {
    const pages: number[][] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await pageOf(ada, { ...filters, ...(cursor === '' ? {} : { cursor }) });
      pages.push(page.activity.map(({ seq }) => seq));
      cursor = page.next_cursor;
    }
    assert.deepEqual(pages, [[12_002], [], [1]], JSON.stringify(filters));
  }
});

test('a page with a filter by list stops after 16 MiB of tasks', async () => {
  const ada = await person();
  await create(ada, { title: 'first', list: 'Home' });
  await pool.query(
    `WITH head AS (UPDATE todo_service.workspaces SET seq = seq + 400 WHERE id = $1)
     INSERT INTO todo_service.events (workspace_id, seq, event_id, event_type, task_id, version, actor_id, actor_source,
                                      command_id, occurred_at, changed, payload)
     SELECT $1, 1 + n, gen_random_uuid(), 'task-updated', $2, n, $1, 'api', gen_random_uuid(), $3, '[]',
            json_build_object('title', 'x', 'list', null, 'description', repeat('x', 100000))
     FROM generate_series(1, 400) AS n`,
    [ada.id, v7(), new Date().toISOString()],
  );
  const first = await pageOf(ada, { list: 'Home' });
  assert.deepEqual(first.activity, []);
  assert.ok(first.next_cursor);
  assert.deepEqual(
    (await pageOf(ada, { limit: 100 })).activity.length,
    100,
    'without it, tasks are not read',
  );
});

test('the activity begins with the first event that is kept', async () => {
  const ada = await person();
  for (const title of ['a', 'b', 'c']) await create(ada, { title });
  await pool.query('DELETE FROM todo_service.events WHERE workspace_id = $1 AND seq = 1', [ada.id]);
  const page = await pageOf(ada, { limit: 2 });
  assert.deepEqual([page.activity.map(({ seq }) => seq), page.next_cursor], [[3, 2], null]);
});

test('events of tasks from before there were numbers have none', async () => {
  const ada = await person();
  await create(ada, { title: 'old' });
  await pool.query(
    `UPDATE todo_service.events SET payload = (payload::jsonb - 'number')::json WHERE workspace_id = $1`,
    [ada.id],
  );
  assert.equal((await pageOf(ada)).activity[0]?.number, null);
});

test('an invalid filter is refused', async () => {
  const ada = await person();
  for (const query of ['person=ada', 'task=%231x', 'agent=', 'limit=101', 'turn=x', 'list=%00', 'task=%2399'])
    assert.equal((await ada.call('GET', `/api/v1/activity?${query}`)).status, 422, query);
});
