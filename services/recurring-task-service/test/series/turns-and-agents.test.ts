import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Value } from 'typebox/value';
import { v7 } from 'uuid';
import { TaskCommand } from '@rondo/shared/contracts/task-command';
import { startFollowingService, testTask } from '../support/following-service.ts';

const { person, agentOf, send, commands, drained } = await startFollowingService({ after });
const daily = { due_date: '2027-01-31', recurrence_rule: 'FREQ=DAILY' };

test('a command that an agent caused names the agent and the turn, and is of version 1.1', async () => {
  const ada = await person();
  const helper = await agentOf(ada, 'Helper');
  const task = testTask(ada);
  await send(task.next(daily));
  const turn = v7();
  const path = `/api/v1/schedules/${task.id}`;
  await ada.call('POST', `${path}/skip`);
  for (const [action, body] of [
    ['skip', undefined],
    ['edit', { scope: 'this', due_date: '2027-02-02' }],
    ['end', {}],
  ] as const)
    assert.equal((await helper.call('POST', `${path}/${action}`, body, { 'rondo-turn': turn })).status, 202);
  await drained();
  const sent = commands(ada);
  for (const command of sent) assert.ok(Value.Check(TaskCommand, command), JSON.stringify(command));
  const actor = { user_id: ada.id, source: 'mcp', agent: { client_id: 'Helper', name: 'Helper' } };
  assert.deepEqual(
    sent.map(({ command_type, schema_version, actor: by, turn_id }) => [
      command_type,
      schema_version,
      by,
      turn_id,
    ]),
    [
      ['skip-occurrence', '1.0', { user_id: ada.id, source: 'api' }, undefined],
      ['skip-occurrence', '1.1', actor, turn],
      ['edit-occurrence', '1.1', actor, turn],
      ['edit-occurrence', '1.1', actor, turn],
    ],
  );
});

test('a turn that is not a UUID is refused', async () => {
  const ada = await person();
  const task = testTask(ada);
  await send(task.next(daily));
  const path = `/api/v1/schedules/${task.id}/skip`;
  assert.equal((await ada.call('POST', path, undefined, { 'rondo-turn': 'turn' })).status, 422);
  await drained();
  assert.deepEqual(commands(ada), []);
});
