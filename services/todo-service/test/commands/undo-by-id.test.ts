import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { v7 } from 'uuid';
import { successorIdOf } from '@rondo/shared/contracts/successor-id';
import type { Task } from '@rondo/shared/contracts/task';
import { eventually } from '@rondo/shared/test/eventually';
import type { Answer, TestPerson } from '@rondo/shared/test/service';
import {
  create as createSuccessor,
  nextWeek,
  startCommandedService,
  weekly,
} from '../support/commanded-service.ts';
import { calendarOf } from '../support/calendar-task.ts';
import { create, eventsOf, taskOf } from '../support/tasks-of.ts';

const { agentOf, person, pool, send } = await startCommandedService({ after });

type Undone = {
  tasks: Task[];
  code?: string;
  errors?: { field: string; message: string }[];
  current?: Task;
  import?: { undone: number; kept: number; remaining: number };
};

const undo = (who: TestPerson, body?: object, headers?: Record<string, string>) =>
  who.call<Undone>('POST', '/api/v1/undo', body, headers);
const verdict = ({ status, body: { code } }: Answer<Undone>) => [status, code];
const titlesOf = async (who: TestPerson) =>
  (await who.call<{ tasks: Task[] }>('GET', '/api/v1/tasks?limit=100')).body.tasks
    .map(({ title }) => title)
    .toSorted();
const commandOf = ({ headers }: { headers: Headers }) => headers.get('rondo-command') ?? '';
const rename = (who: TestPerson, id: string, title: string, headers?: Record<string, string>) =>
  who.call('PATCH', `/api/v1/tasks/${id}`, { title }, headers);

test('an agent undoes its own last command, the person their own', async () => {
  const ada = await person();
  const [helper, other] = [await agentOf(ada, 'Helper'), await agentOf(ada, 'Other')];
  await create(ada, { title: 'first' });
  await create(helper, { title: 'by the helper' });
  await create(ada, { title: 'last' });
  await create(other, { title: 'by the other' });
  assert.equal((await undo(helper)).body.tasks[0]?.title, 'by the helper');
  assert.deepEqual(verdict(await undo(helper)), [404, 'not-found']);
  assert.equal((await undo(ada)).body.tasks[0]?.title, 'last');
  assert.equal((await undo(ada)).body.tasks[0]?.title, 'first');
  assert.deepEqual(verdict(await undo(ada)), [404, 'not-found']);
  assert.deepEqual(await titlesOf(ada), ['by the other']);
});

test('the last command of the person is found behind thousands of changes by an agent, unless it is a day old', async () => {
  const ada = await person();
  const mine = await create(ada, { title: 'mine' });
  const seed = (count: number) =>
    pool.query(
      `WITH head AS (UPDATE todo_service.workspaces SET seq = seq + $2 WHERE id = $1 RETURNING seq - $2 AS seq)
       INSERT INTO todo_service.events (workspace_id, seq, event_id, event_type, task_id, version, actor_id, actor_source,
                                        agent, command_id, occurred_at, changed, payload)
       SELECT $1, head.seq + n, gen_random_uuid(), 'task-updated', gen_random_uuid(), 2, $1, 'mcp',
              '{"client_id":"Helper","name":"Helper"}', gen_random_uuid(), $3, '[]', '{}'
       FROM head, generate_series(1, $2::int) AS n`,
      [ada.id, count, new Date().toISOString()],
    );
  await seed(12_000);
  assert.equal((await undo(ada)).body.tasks[0]?.id, mine.id);
  await create(ada, { title: 'old' });
  await pool.query(
    `UPDATE todo_service.events SET occurred_at = '2026-01-01T00:00:00.000Z' WHERE workspace_id = $1 AND agent IS NULL`,
    [ada.id],
  );
  await seed(12_000);
  assert.deepEqual(verdict(await undo(ada)), [404, 'not-found']);
});

test('a person undoes by id what an agent did, however old it is', async () => {
  const ada = await person();
  const helper = await agentOf(ada, 'Helper');
  const { id } = await create(ada, { title: 'one' });
  const command_id = commandOf(await rename(helper, id, 'two'));
  await create(ada, { title: 'another' });
  await pool.query(
    `UPDATE todo_service.events SET occurred_at = '2026-01-01T00:00:00.000Z' WHERE workspace_id = $1`,
    [ada.id],
  );
  const undone = await undo(ada, { command_id });
  assert.deepEqual([undone.status, undone.body.tasks.map(({ title }) => title)], [200, ['one']]);
  assert.equal((await eventsOf(ada)).at(-1)?.actor.agent, undefined);
});

test('a command that is undone, an undo, and what recurrence did is a conflict', async () => {
  const ada = await person();
  const task = await create(ada, weekly);
  const renamed = commandOf(await rename(ada, task.id, 'renamed'));
  const undone = commandOf(await undo(ada, { command_id: renamed }));
  assert.deepEqual(verdict(await undo(ada, { command_id: renamed })), [409, 'undo-conflict']);
  assert.deepEqual(verdict(await undo(ada, { command_id: undone })), [409, 'undo-conflict']);
  await ada.call('POST', `/api/v1/tasks/${task.id}/complete`);
  await send(createSuccessor(ada, task, nextWeek));
  const { command_id: byRecurrence } = (await eventsOf(ada)).at(-1) ?? {};
  assert.deepEqual(verdict(await undo(ada, { command_id: byRecurrence })), [409, 'undo-conflict']);
});

test('an unknown command or turn, one of another workspace, and one of which another agent made is 404', async () => {
  const [ada, eve] = [await person(), await person()];
  const [helper, other] = [await agentOf(ada, 'Helper'), await agentOf(ada, 'Other')];
  const turn = v7();
  const answer = await helper.call('POST', '/api/v1/tasks', { title: 'one' }, { 'rondo-turn': turn });
  const mine = await ada.call<Task>('POST', '/api/v1/tasks', { title: 'mine' });
  for (const [who, body] of [
    [ada, { command_id: v7() }],
    [ada, { turn_id: v7() }],
    [eve, { command_id: commandOf(answer) }],
    [eve, { turn_id: turn }],
    [other, { command_id: commandOf(answer) }],
    [other, { turn_id: turn }],
    [helper, { command_id: commandOf(mine) }],
    [await agentOf(eve, 'Helper'), { turn_id: turn }],
  ] as const)
    assert.deepEqual(verdict(await undo(who, body)), [404, 'not-found'], JSON.stringify(body));
  assert.deepEqual(await titlesOf(ada), ['mine', 'one']);
  // The person takes part in the turn: it is not only the agent's any more.
  await rename(ada, mine.body.id, 'renamed', { 'rondo-turn': turn });
  assert.deepEqual(verdict(await undo(helper, { turn_id: turn })), [404, 'not-found']);
  assert.equal((await undo(helper, { command_id: commandOf(answer) })).status, 200);
});

test('a request names a command or a turn, and not both', async () => {
  const ada = await person();
  for (const body of [
    { command_id: v7(), turn_id: v7() },
    { command_id: 'one' },
    { turn_id: null },
    { turn: v7() },
    [],
  ])
    assert.deepEqual(verdict(await undo(ada, body)), [422, 'invalid-input'], JSON.stringify(body));
});

test('a command whose events were pruned in part or as a whole is 404', async () => {
  const ada = await person();
  const operations = [
    { op: 'create', title: 'a' },
    { op: 'create', title: 'b' },
  ];
  const old = commandOf(await ada.call('POST', '/api/v1/tasks/bulk', { operations }));
  const later = commandOf(await ada.call('POST', '/api/v1/tasks', { title: 'c' }));
  const prune = async (upTo: number) => {
    await pool.query('DELETE FROM todo_service.events WHERE workspace_id = $1 AND seq <= $2', [ada.id, upTo]);
    await pool.query('UPDATE todo_service.workspaces SET pruned_seq = $2 WHERE id = $1', [ada.id, upTo]);
  };
  await prune(1);
  assert.deepEqual(verdict(await undo(ada, { command_id: old })), [404, 'not-found']);
  assert.deepEqual(await titlesOf(ada), ['a', 'b', 'c']);
  await create(ada, { title: 'd' });
  assert.equal((await undo(ada, { command_id: later })).status, 200);
  await prune(2);
  assert.deepEqual(verdict(await undo(ada, { command_id: old })), [404, 'not-found']);
});

test('a created task below which someone put a task stays, and the conflict names that one', async () => {
  const ada = await person();
  const helper = await agentOf(ada, 'Helper');
  const made = await helper.call<Task>('POST', '/api/v1/tasks', { title: 'parent' });
  const mine = await create(ada, { title: 'mine', parent_id: made.body.id });
  const refused = await undo(helper);
  assert.deepEqual(verdict(refused), [409, 'undo-conflict']);
  assert.deepEqual(refused.body.errors, [
    {
      field: `tasks/${mine.id}`,
      message: 'was added since below a task that the undo would move to the trash',
    },
  ]);
  await ada.call('PATCH', `/api/v1/tasks/${mine.id}`, { parent_id: null });
  assert.equal((await undo(ada, { command_id: commandOf(made) })).status, 200);
  assert.deepEqual(await titlesOf(ada), ['mine']);
});

test('changes of a command that cancelled each other are undone once, and the next undo is that of the command before', async () => {
  const ada = await person();
  const { id } = await create(ada, { title: 'one' });
  const operations = ['two', 'one'].map((title) => ({ op: 'patch', id, title }));
  const command_id = commandOf(await ada.call('POST', '/api/v1/tasks/bulk', { operations }));
  const undone = await undo(ada);
  assert.deepEqual([undone.status, undone.body.tasks.map(({ title }) => title)], [200, ['one']]);
  assert.deepEqual(verdict(await undo(ada, { command_id })), [409, 'undo-conflict']);
  assert.notEqual((await undo(ada)).body.tasks[0]?.deleted_at, null);
});

test('an import is undone by its command id, by the person or by the agent that made it', async () => {
  const ada = await person();
  const [helper, other] = [await agentOf(ada, 'Helper'), await agentOf(ada, 'Other')];
  const todos = ['a', 'b'].map((uid) => `BEGIN:VTODO\r\nUID:${uid}\r\nSUMMARY:${uid}\r\nEND:VTODO`);
  const importBy = async (who: TestPerson) =>
    commandOf(
      await who.call('POST', '/api/v1/calendar-import', calendarOf(...todos), {
        'content-type': 'text/calendar',
      }),
    );
  const command_id = await importBy(helper);
  for (const [who, path, body] of [
    [other, '/api/v1/undo', { command_id }],
    [other, `/api/v1/imports/${command_id}/undo`, undefined],
    [ada, '/api/v1/undo', undefined],
  ] as const)
    assert.equal((await who.call('POST', path, body)).status, 404, path);
  const undone = await undo(helper, { command_id });
  assert.deepEqual(undone.body.import, { undone: 2, kept: 0, remaining: 0 });
  const events = await eventsOf(ada);
  assert.deepEqual(
    events.slice(-2).map(({ command_id: id, event_type }) => [id, event_type]),
    [commandOf(undone), commandOf(undone)].map((id) => [id, 'task-deleted']),
  );
  assert.deepEqual(verdict(await undo(ada, { command_id })), [409, 'undo-conflict']);
  const again = await importBy(helper);
  assert.equal((await ada.call('POST', `/api/v1/imports/${again}/undo`)).status, 200);
});

test('an undo by id is repeated with its key, and names its command again', async () => {
  const ada = await person();
  const command_id = commandOf(await ada.call('POST', '/api/v1/tasks', { title: 'one' }));
  const key = { 'idempotency-key': v7() };
  const first = await undo(ada, { command_id }, key);
  const again = await undo(ada, { command_id }, key);
  assert.deepEqual([again.status, again.body, commandOf(again)], [200, first.body, commandOf(first)]);
  assert.equal((await undo(ada, { command_id: v7() }, key)).body.code, 'idempotency-key-reused');
});

test('the commands of a turn are undone as one, with changes of others between them', async () => {
  const ada = await person();
  const helper = await agentOf(ada, 'Helper');
  const turn = v7();
  const inTurn = { 'rondo-turn': turn };
  const [one, other] = [await create(ada, { title: 'one' }), await create(ada, { title: 'other' })];
  await rename(helper, one.id, 'two', inTurn);
  await rename(ada, other.id, 'mine');
  await helper.call('POST', '/api/v1/tasks', { title: 'below', parent_id: one.id }, inTurn);
  await create(ada, { title: 'mine as well' });
  await rename(helper, one.id, 'three', inTurn);
  const before = (await eventsOf(ada)).length;
  const undone = await undo(helper, { turn_id: turn });
  assert.deepEqual(
    [undone.status, undone.body.tasks.map(({ title, deleted_at }) => [title, deleted_at === null])],
    [
      200,
      [
        ['one', true],
        ['below', false],
      ],
    ],
  );
  assert.deepEqual(await titlesOf(ada), ['mine', 'mine as well', 'one']);
  const commands = (await eventsOf(ada)).slice(before).map(({ command_id }) => command_id);
  assert.deepEqual([commands.length, new Set(commands)], [2, new Set([commandOf(undone)])]);
  assert.deepEqual(verdict(await undo(helper, { turn_id: turn })), [409, 'undo-conflict']);
  assert.deepEqual(verdict(await undo(helper)), [404, 'not-found'], 'nothing of the agent is left to undo');
  assert.deepEqual(verdict(await undo(ada, { command_id: commandOf(undone) })), [409, 'undo-conflict']);
});

test('a turn of which a task moved on is a conflict that names it, and nothing is undone', async () => {
  const ada = await person();
  const helper = await agentOf(ada, 'Helper');
  const other = await agentOf(ada, 'Other');
  const turn = v7();
  const inTurn = { 'rondo-turn': turn };
  const tasks = [
    await create(ada, { title: 'a' }),
    await create(ada, { title: 'b' }),
    await create(ada, { title: 'c' }),
  ];
  for (const { id, title } of tasks) await rename(helper, id, `${title} of the turn`, inTurn);
  const [a, b] = tasks;
  assert.ok(a && b);
  const mine = commandOf(await rename(ada, a.id, 'mine'));
  await rename(helper, a.id, 'later in the turn', inTurn);
  const others = commandOf(await rename(other, b.id, 'of another agent'));
  const refused = await undo(ada, { turn_id: turn });
  assert.deepEqual(verdict(refused), [409, 'undo-conflict']);
  assert.deepEqual(
    refused.body.errors?.toSorted((left, right) => left.field.localeCompare(right.field)),
    [
      { field: `tasks/${a.id}`, message: `was changed since by the command ${mine} (task-updated)` },
      {
        field: `tasks/${b.id}`,
        message: `was changed since by the command ${others} of the agent Other (task-updated)`,
      },
    ].toSorted((left, right) => left.field.localeCompare(right.field)),
  );
  assert.ok(refused.body.current);
  assert.deepEqual(await titlesOf(ada), ['c of the turn', 'later in the turn', 'of another agent']);
  await undo(ada, { command_id: others });
  const still = await undo(ada, { turn_id: turn });
  assert.deepEqual(
    still.body.errors?.map(({ field }) => field),
    [`tasks/${a.id}`],
  );
});

test('a conflict names at most 20 tasks', async () => {
  const ada = await person();
  const operations = Array.from({ length: 30 }, (_, n) => ({ op: 'create', id: v7(), title: `t${n}` }));
  const command_id = commandOf(await ada.call('POST', '/api/v1/tasks/bulk', { operations }));
  await ada.call('POST', '/api/v1/tasks/bulk', {
    operations: operations.map(({ id }) => ({ op: 'patch', id, priority: 1 })),
  });
  assert.equal((await undo(ada, { command_id })).body.errors?.length, 20);
});

test('what was undone of a turn stays undone, and what came after its undo can be undone too', async () => {
  const ada = await person();
  const helper = await agentOf(ada, 'Helper');
  const turn = v7();
  const inTurn = { 'rondo-turn': turn };
  const made = async (title: string) =>
    commandOf(await helper.call('POST', '/api/v1/tasks', { title }, inTurn));
  const first = await made('first');
  await made('second');
  assert.equal((await undo(helper, { command_id: first }, inTurn)).status, 200);
  const turnUndone = await undo(helper, { turn_id: turn }, inTurn);
  assert.deepEqual(
    turnUndone.body.tasks.map(({ title }) => title),
    ['second'],
  );
  assert.deepEqual(verdict(await undo(helper, { turn_id: turn })), [409, 'undo-conflict']);
  const third = await made('third');
  const again = await undo(helper, { turn_id: turn });
  assert.deepEqual(
    again.body.tasks.map(({ title }) => title),
    ['third'],
  );
  assert.deepEqual(verdict(await undo(ada, { command_id: third })), [409, 'undo-conflict']);
});

test('a command of a turn that is written while the turn is undone is undone too', async () => {
  const ada = await person();
  const turn = v7();
  const inTurn = { 'rondo-turn': turn };
  const { id } = (await ada.call<Task>('POST', '/api/v1/tasks', { title: 'before' }, inTurn)).body;
  // Its row is locked: the undo has decided, and can't write yet.
  const holder = await pool.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT FROM todo_service.tasks WHERE id = $1 FOR UPDATE', [id]);
  const undoing = undo(ada, { turn_id: turn });
  await eventually(async () => {
    const { rowCount } = await holder.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return rowCount === 1;
  });
  await ada.call('POST', '/api/v1/tasks', { title: 'meanwhile' }, inTurn);
  await holder.query('ROLLBACK');
  holder.release();
  assert.deepEqual(
    (await undoing).body.tasks.map(({ title }) => title),
    ['meanwhile', 'before'],
  );
  assert.deepEqual(await titlesOf(ada), []);
});

test('a turn that completed an occurrence and changed the next one is undone: the first one is open again', async () => {
  const ada = await person();
  const helper = await agentOf(ada, 'Helper');
  const inTurn = { 'rondo-turn': v7() };
  const task = await create(ada, weekly);
  const second = { ...task, id: successorIdOf(task.id) };
  const third = successorIdOf(second.id);
  await helper.call('POST', `/api/v1/tasks/${task.id}/complete`, undefined, inTurn);
  await send(createSuccessor(ada, task, nextWeek));
  await rename(helper, second.id, 'changed', inTurn);
  await helper.call('POST', `/api/v1/tasks/${second.id}/complete`, undefined, inTurn);
  await send(createSuccessor(ada, second, '2027-04-05T09:00:00+02:00'));
  const undone = await undo(ada, { turn_id: inTurn['rondo-turn'] });
  assert.equal(undone.status, 200, JSON.stringify(undone.body));
  const states = [];
  for (const id of [task.id, second.id, third]) {
    const { status, deleted_at, title } = await taskOf(ada, id);
    states.push([title, status, deleted_at === null]);
  }
  assert.deepEqual(states, [
    [task.title, 'pending', true],
    [task.title, 'pending', false],
    ['changed', 'pending', false],
  ]);
});

test('a successor that someone else changed keeps the turn that completed its occurrence', async () => {
  const ada = await person();
  const helper = await agentOf(ada, 'Helper');
  const inTurn = { 'rondo-turn': v7() };
  const task = await create(ada, weekly);
  await helper.call('POST', `/api/v1/tasks/${task.id}/complete`, undefined, inTurn);
  await send(createSuccessor(ada, task, nextWeek));
  await rename(ada, successorIdOf(task.id), 'mine');
  assert.deepEqual(verdict(await undo(ada, { turn_id: inTurn['rondo-turn'] })), [409, 'occurrence-open']);
  assert.equal((await taskOf(ada, task.id)).status, 'complete');
});

test('the changes of purged tasks are left out of a turn, and of one with nothing else there is nothing to undo', async () => {
  const ada = await person();
  const inTurn = { 'rondo-turn': v7() };
  const gone = await ada.call<Task>('POST', '/api/v1/tasks', { title: 'gone' }, inTurn);
  await ada.call('POST', '/api/v1/tasks', { title: 'there' }, inTurn);
  await ada.call('DELETE', `/api/v1/tasks/${gone.body.id}`);
  await ada.call('DELETE', '/api/v1/trash');
  assert.deepEqual(verdict(await undo(ada, { command_id: commandOf(gone) })), [404, 'not-found']);
  const undone = await undo(ada, { turn_id: inTurn['rondo-turn'] });
  assert.deepEqual([undone.status, undone.body.tasks.map(({ title }) => title)], [200, ['there']]);
});

test('a turn with imports is undone with them: the other commands first, then one import for each request', async () => {
  const ada = await person();
  const helper = await agentOf(ada, 'Helper');
  const inTurn = { 'rondo-turn': v7() };
  const importOf = (...uids: string[]) =>
    helper.call<{ import_id: string }>(
      'POST',
      '/api/v1/calendar-import',
      calendarOf(...uids.map((uid) => `BEGIN:VTODO\r\nUID:${uid}\r\nSUMMARY:${uid}\r\nEND:VTODO`)),
      { 'content-type': 'text/calendar', ...inTurn },
    );
  await importOf('a', 'b');
  await importOf('c');
  const [imported] = (await ada.call<{ tasks: Task[] }>('GET', '/api/v1/tasks')).body.tasks;
  assert.ok(imported);
  await rename(helper, imported.id, 'renamed in the turn', inTurn);
  const turn = { turn_id: inTurn['rondo-turn'] };
  const first = await undo(helper, turn);
  assert.deepEqual(first.body.import, { undone: 1, kept: 0, remaining: 2 });
  assert.deepEqual(await titlesOf(ada), ['a', 'b']);
  assert.deepEqual((await undo(helper, turn)).body.import, { undone: 2, kept: 0, remaining: 0 });
  assert.deepEqual(verdict(await undo(helper, turn)), [409, 'undo-conflict']);
  assert.deepEqual(await titlesOf(ada), []);
});

test('what an undo of a turn left of an import counts as a change', async () => {
  const ada = await person();
  const inTurn = { 'rondo-turn': v7() };
  const importTask = async (headers = {}) =>
    ada.call(
      'POST',
      '/api/v1/calendar-import',
      calendarOf('BEGIN:VTODO\r\nUID:a\r\nSUMMARY:a\r\nEND:VTODO'),
      {
        'content-type': 'text/calendar',
        ...headers,
      },
    );
  await importTask();
  const [task] = (await ada.call<{ tasks: Task[] }>('GET', '/api/v1/tasks')).body.tasks;
  assert.ok(task);
  const deleted = commandOf(await ada.call('DELETE', `/api/v1/tasks/${task.id}`));
  const restored = commandOf(await importTask(inTurn));
  await ada.call('POST', '/api/v1/tasks', { title: 'in the turn' }, inTurn);
  await create(ada, { title: 'below', parent_id: task.id });
  const undone = await undo(ada, { turn_id: inTurn['rondo-turn'] });
  assert.deepEqual(undone.body.import, { undone: 0, kept: 1, remaining: 0 });
  const refused = await undo(ada, { command_id: deleted });
  assert.deepEqual(
    refused.body.errors?.map(({ message }) => message),
    [`was changed since by the command ${restored} (task-restored)`],
  );
});

test('a turn of more changes than a command may make is refused as a whole', async () => {
  const ada = await person();
  const inTurn = { 'rondo-turn': v7() };
  for (let n = 0; n < 11; n += 1) {
    const operations = Array.from({ length: 500 }, () => ({ op: 'create', title: 'x' }));
    await ada.call('POST', '/api/v1/tasks/bulk', { operations }, inTurn);
  }
  assert.deepEqual(verdict(await undo(ada, { turn_id: inTurn['rondo-turn'] })), [422, 'command-too-large']);
});
