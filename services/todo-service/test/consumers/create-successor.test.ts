import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { v7 } from 'uuid';
import type { Task } from '@rondo/shared/contracts/task';
import type { TaskEvent } from '@rondo/shared/contracts/task-event';
import { successorIdOf } from '@rondo/shared/contracts/successor-id';
import {
  type Tasks,
  complete,
  create,
  find,
  nextWeek,
  open,
  revoke,
  startCommandedService,
  taskOf,
  weekly,
} from '../support/commanded-service.ts';

const { person, send } = await startCommandedService({ after });

test('a successor has the content of its occurrence, with dates and reminders moved across a clock change, and open subtasks', async () => {
  const ada = await person();
  const task = await taskOf(ada, {
    ...weekly,
    description: 'all of them',
    priority: 2,
    labels: ['home', 'green'],
    list: 'house',
    start: '2027-03-21T09:00:00+01:00',
    reminders: [{ before: 'PT2H' }, { at: '2027-03-22T07:30:00+01:00' }],
  });
  const child = await taskOf(ada, { title: 'fill the can', parent_id: task.id, due_date: '2027-03-22' });
  await taskOf(ada, { title: 'find the can', parent_id: child.id });
  await complete(ada, child);
  await complete(ada, task);
  assert.deepEqual(await send(create(ada, task, nextWeek)), ['SUCCESS']);
  const next = await find(ada, successorIdOf(task.id));
  assert.deepEqual(
    [next.status, next.due_date, next.start, next.reminders, next.series_id, next.version],
    [
      'pending',
      nextWeek,
      '2027-03-28T09:00:00+02:00',
      [{ before: 'PT2H' }, { at: '2027-03-29T07:30:00+02:00' }],
      task.id,
      1,
    ],
  );
  for (const field of [
    'title',
    'description',
    'priority',
    'labels',
    'list',
    'recurrence_rule',
    'time_zone',
  ] as const)
    assert.deepEqual(next[field], task[field]);
  const below = (await open(ada)).filter(({ parent_id: parent }) => parent !== null);
  assert.deepEqual(
    below
      .filter(({ id }) => id !== successorIdOf(child.id))
      .map(({ title, parent_id: parent }) => `${title} below ${parent}`)
      .toSorted((left, right) => left.localeCompare(right)),
    [child.id, successorIdOf(child.id)]
      .map((parent) => `find the can below ${parent}`)
      .toSorted((left, right) => left.localeCompare(right)),
  );
  const copied = await find(ada, successorIdOf(child.id));
  assert.deepEqual([copied.status, copied.due_date, copied.parent_id], ['pending', '2027-03-29', next.id]);
});

test('a repeated command, also concurrent, creates nothing more', async () => {
  const ada = await person();
  const task = await taskOf(ada);
  await complete(ada, task);
  const command = create(ada, task, nextWeek);
  const answers = await Promise.all([
    send(command, command),
    send(command),
    ...Array.from({ length: 5 }, () => send(create(ada, task, nextWeek))),
  ]);
  assert.deepEqual(new Set(answers.flat()), new Set(['SUCCESS']));
  assert.equal((await find(ada, successorIdOf(task.id))).version, 1);
  assert.equal((await ada.call<Tasks>('GET', '/api/v1/tasks')).body.total, 2);
});

test('undo reverts the completion, not what recurrence created; the successor is revoked, and returns with another date', async () => {
  const ada = await person();
  const task = await taskOf(ada);
  await taskOf(ada, { title: 'below', parent_id: task.id });
  await complete(ada, task);
  await send(create(ada, task, nextWeek));
  const undone = await ada.call<Tasks>('POST', '/api/v1/undo');
  assert.deepEqual(
    undone.body.tasks.map(({ id, status }) => [id, status]),
    [[task.id, 'pending']],
  );
  await send(revoke(ada, task));
  assert.equal((await open(ada)).length, 2, 'the successor and its subtask are in the trash');
  await complete(ada, task);
  await send(create(ada, task, '2027-04-05T09:00:00+02:00'));
  const again = await find(ada, successorIdOf(task.id));
  assert.deepEqual([again.due_date, again.deleted_at], ['2027-04-05T09:00:00+02:00', null]);
  assert.equal((await open(ada)).filter(({ title }) => title === 'below').length, 2);
});

test('a successor that a person changed or deleted, or whose subtask they changed, stays as it is', async () => {
  const ada = await person();
  const touches: ((successor: Task) => Promise<unknown>)[] = [
    ({ id }) => ada.call('PATCH', `/api/v1/tasks/${id}`, { priority: 1 }),
    ({ id }) => ada.call('DELETE', `/api/v1/tasks/${id}`),
    ({ id }) => ada.call('POST', '/api/v1/tasks', { title: 'more', parent_id: id }),
  ];
  for (const touch of touches) {
    const task = await taskOf(ada);
    await complete(ada, task);
    await send(create(ada, task, nextWeek));
    await touch(await find(ada, successorIdOf(task.id)));
    const before = await find(ada, successorIdOf(task.id));
    const reopened = await ada.call('POST', `/api/v1/tasks/${task.id}/reopen`);
    assert.deepEqual(
      [reopened.status, reopened.body['code']],
      before.deleted_at === null ? [409, 'occurrence-open'] : [200, undefined],
    );
    await send(revoke(ada, task));
    await complete(ada, task);
    await send(create(ada, task, '2027-04-05T09:00:00+02:00'));
    assert.deepEqual(await find(ada, successorIdOf(task.id)), before);
  }
});

test('each undo goes one step further back through skipped and changed occurrences', async () => {
  const ada = await person();
  const task = await taskOf(ada);
  const second = { ...task, id: successorIdOf(task.id) };
  const third = successorIdOf(second.id);
  const skip = (id: string) => ada.call('DELETE', `/api/v1/tasks/${id}?scope=occurrence`);
  const undo = async () => {
    const { status } = await ada.call('POST', '/api/v1/undo');
    return [status, (await open(ada)).map(({ id, priority }) => [id, priority])];
  };
  await skip(task.id);
  await send(create(ada, task, nextWeek));
  await ada.call('PATCH', `/api/v1/tasks/${second.id}`, { priority: 1 });
  await skip(second.id);
  await send(create(ada, second, '2027-04-05T09:00:00+02:00'));
  await complete(ada, { ...task, id: third });
  assert.deepEqual(await undo(), [200, [[third, 1]]]);
  assert.deepEqual(await undo(), [200, [[second.id, 1]]]);
  assert.deepEqual(await undo(), [200, [[second.id, 4]]]);
  assert.deepEqual(await undo(), [200, [[task.id, 4]]]);
  assert.deepEqual(await undo(), [200, []]);
  assert.equal((await undo())[0], 404);
});

test('a late command changes nothing: the current task decides', async () => {
  const ada = await person();
  const task = await taskOf(ada);
  await complete(ada, task);
  await ada.call('POST', `/api/v1/tasks/${task.id}/reopen`);
  await send(create(ada, task, nextWeek));
  assert.equal((await open(ada)).length, 1, 'it is open again, so it has no successor');
  await complete(ada, task);
  await send(create(ada, task, nextWeek), revoke(ada, task));
  assert.equal(
    (await find(ada, successorIdOf(task.id))).deleted_at,
    null,
    'it is complete, so the successor stays',
  );
  const unknown = { ...create(ada, task, nextWeek), of_task_id: v7(), task_id: v7() };
  assert.deepEqual(await send(unknown), ['SUCCESS']);
});

test('deleting one occurrence says that the series continues; deleting the series does not', async () => {
  const ada = await person();
  const [one, all, plain] = [await taskOf(ada), await taskOf(ada), await taskOf(ada, { title: 'once' })];
  await ada.call('DELETE', `/api/v1/tasks/${one.id}?scope=occurrence`);
  await ada.call('DELETE', `/api/v1/tasks/${all.id}`);
  await ada.call('DELETE', `/api/v1/tasks/${plain.id}?scope=occurrence`);
  const { changes } = (await ada.call<{ changes: TaskEvent[] }>('GET', '/api/v1/changes?since=3')).body;
  assert.deepEqual(
    changes.map(({ task_id: id, event_type: type }) => [id, type]),
    [
      [one.id, 'task-skipped'],
      [all.id, 'task-deleted'],
      [plain.id, 'task-deleted'],
    ],
  );
  await send(create(ada, one, nextWeek), create(ada, all, nextWeek));
  assert.deepEqual(
    (await open(ada)).map(({ id }) => id),
    [successorIdOf(one.id)],
  );
  await ada.call('POST', `/api/v1/tasks/${one.id}/restore`);
  await send(revoke(ada, one));
  assert.deepEqual(
    (await open(ada)).map(({ id }) => id),
    [one.id],
  );
  assert.equal((await ada.call('DELETE', `/api/v1/tasks/${one.id}?scope=week`)).status, 422);
});

test('a successor that was purged is created again when its occurrence is completed again, and can be revoked', async () => {
  const ada = await person();
  const task = await taskOf(ada);
  await complete(ada, task);
  await send(create(ada, task, nextWeek));
  const id = successorIdOf(task.id);
  await ada.call('DELETE', `/api/v1/tasks/${id}`);
  await ada.call('DELETE', '/api/v1/trash');
  assert.deepEqual(await send(create(ada, task, nextWeek)), ['SUCCESS']);
  const next = await find(ada, id);
  assert.deepEqual([next.status, next.due_date, next.version], ['pending', nextWeek, 4]);
  assert.equal((await ada.call('POST', `/api/v1/tasks/${task.id}/reopen`)).status, 200);
  assert.deepEqual(
    (await open(ada)).map((one) => one.id),
    [task.id],
  );
});
