import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { v7, validate } from 'uuid';
import { TaskEvent } from '@rondo/shared/contracts/task-event';
import { startTestService } from '@rondo/shared/test/service';
import { Value } from 'typebox/value';
import { service as todoService } from '../../src/service.ts';
import { calendarOf } from '../support/calendar-task.ts';
import { create, eventsOf } from '../support/tasks-of.ts';

const { person, agentOf } = await startTestService({ after }, todoService);
const commandOf = ({ headers }: { headers: Headers }) => headers.get('rondo-command');

test('each event has its command, the turn of the request, and the agent that acted for the person', async () => {
  const ada = await person();
  const agent = await agentOf(ada, 'Helper "of" Ada – 助手');
  const turn = v7();
  await create(ada, { title: 'mine' });
  await agent.call('POST', '/api/v1/tasks', { title: "the agent's" }, { 'rondo-turn': turn });
  const events = await eventsOf(ada);
  for (const event of events) assert.ok(Value.Check(TaskEvent, event), JSON.stringify(event));
  assert.deepEqual(
    events.map(({ schema_version, actor, turn_id }) => [schema_version, actor, turn_id]),
    [
      ['1.4', { user_id: ada.id, source: 'api' }, undefined],
      [
        '1.4',
        {
          user_id: ada.id,
          source: 'mcp',
          agent: { client_id: 'Helper "of" Ada – 助手', name: 'Helper "of" Ada – 助手' },
        },
        turn,
      ],
    ],
  );
  assert.notEqual(events[0]?.command_id, events[1]?.command_id);
});

test('the history of a task shows the agent', async () => {
  const ada = await person();
  const agent = await agentOf(ada, 'Helper');
  const { id } = await create(ada, { title: 'one' });
  await agent.call('PATCH', `/api/v1/tasks/${id}`, { title: 'two' });
  const { history } = (await ada.call<{ history: { actor: object }[] }>('GET', `/api/v1/tasks/${id}/history`))
    .body;
  assert.deepEqual(
    history.map(({ actor }) => actor),
    [
      { user_id: ada.id, source: 'mcp', agent: { client_id: 'Helper', name: 'Helper' } },
      { user_id: ada.id, source: 'api' },
    ],
  );
});

test('a command that changed something answers with its id, also when it is repeated', async () => {
  const ada = await person();
  const { id } = await create(ada, { title: 'one', priority: 4 });
  const file = calendarOf('BEGIN:VTODO\r\nUID:a\r\nSUMMARY:imported\r\nEND:VTODO');
  const path = `/api/v1/tasks/${id}`;
  const bulk = {
    operations: [
      { op: 'create', title: 'a' },
      { op: 'create', title: 'b' },
    ],
  };
  for (const [method, address, body, headers = {}] of [
    ['POST', '/api/v1/tasks', { title: 'another' }],
    ['POST', '/api/v1/tasks', { title: 'below', parent_id: id }],
    ['PATCH', path, { priority: 1 }],
    ['PUT', path, { title: 'replaced' }],
    ['POST', `${path}/revert`, { to_version: 1 }],
    ['POST', `${path}/complete`],
    ['POST', `${path}/reopen`],
    ['POST', '/api/v1/tasks/bulk', bulk],
    ['POST', '/api/v1/undo'],
    ['POST', '/api/v1/calendar-import', file, { 'content-type': 'text/calendar' }],
    ['POST', '/api/v1/imports?format=markdown', '- listed', { 'content-type': 'text/markdown' }],
    ['DELETE', path],
    ['POST', `${path}/restore`],
    ['DELETE', path],
    ['DELETE', '/api/v1/trash'],
  ] as const) {
    const key = { 'idempotency-key': v7(), ...headers };
    const first = await ada.call(method, address, body, key);
    const events = await eventsOf(ada);
    const { command_id: last } = events.at(-1) ?? {};
    assert.ok(
      first.status < 300 && last !== undefined,
      `${method} ${address}: ${JSON.stringify(first.body)}`,
    );
    assert.equal(commandOf(first), last, `${method} ${address}`);
    if (/import|trash/.test(address)) continue;
    const again = await ada.call(method, address, body, key);
    assert.deepEqual([again.headers.get('idempotent-replayed'), commandOf(again)], ['true', last]);
  }
});

test('a command that changed nothing has no id', async () => {
  const ada = await person();
  const task = { id: v7(), title: 'same' };
  await create(ada, task);
  const key = { 'idempotency-key': v7() };
  for (const [method, address, body] of [
    ['PATCH', `/api/v1/tasks/${task.id}`, { title: 'same' }],
    ['POST', '/api/v1/tasks', task],
    ['POST', '/api/v1/tasks/bulk', { operations: [{ op: 'patch', id: task.id, title: 'same' }] }],
    ['DELETE', '/api/v1/trash', undefined],
  ] as const)
    for (const _ of [1, 2]) {
      const answer = await ada.call(method, address, body, key);
      assert.deepEqual([answer.status, commandOf(answer)], [200, null], `${method} ${address}`);
    }
});

test('an agent that uses the key of another request of the person does not get its answer', async () => {
  const ada = await person();
  const [one, other] = [await agentOf(ada, 'One'), await agentOf(ada, 'Other')];
  const key = { 'idempotency-key': v7() };
  await one.call('POST', '/api/v1/tasks', { title: 'of one' });
  assert.equal((await one.call('POST', '/api/v1/undo', undefined, key)).status, 200);
  for (const caller of [other, ada])
    assert.equal(
      (await caller.call('POST', '/api/v1/undo', undefined, key)).body['code'],
      'idempotency-key-reused',
    );
});

test('a turn that is not a UUID in lower case is refused, and nothing is changed', async () => {
  const ada = await person();
  const turn = v7();
  assert.ok(validate(turn));
  for (const malformed of ['', 'turn', turn.slice(1), `${turn}, ${turn}`, turn.toUpperCase()])
    for (const [path, body, type] of [
      ['/api/v1/tasks', { title: 'one' }, 'application/json'],
      ['/api/v1/tasks/bulk', { operations: [{ op: 'create', title: 'one' }] }, 'application/json'],
      ['/api/v1/calendar-import', calendarOf(), 'text/calendar'],
      ['/api/v1/imports', '- one', 'text/markdown'],
    ] as const) {
      const headers = { 'rondo-turn': malformed, 'content-type': type };
      const { status, body: problem } = await ada.call('POST', path, body, headers);
      assert.deepEqual([status, problem['code']], [422, 'invalid-input'], `${path} ${malformed}`);
      assert.match(JSON.stringify(problem['errors']), /rondo-turn/);
    }
  assert.deepEqual(await eventsOf(ada), []);
});
