import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { SchedulePage, ScheduleWithHistory } from '@rondo/shared/contracts/schedule';
import { successorIdOf } from '@rondo/shared/contracts/successor-id';
import type { Task } from '@rondo/shared/contracts/task';
import { create, daily, open, weekly } from '../support/tasks-of-both.ts';
import { startTodoAndRecurring, type PersonOfBoth } from '../support/todo-and-recurring.ts';

const { person, settle } = await startTodoAndRecurring({ after });

const act = async (who: PersonOfBoth, verb: string, id: string) => {
  const answer = await who.todo('POST', `/api/v1/tasks/${id}/${verb}`);
  await settle();
  return [answer.status, answer.body['code']];
};
const scheduleOf = async (who: PersonOfBoth, id: string) =>
  (await who.recurring<ScheduleWithHistory>('GET', `/api/v1/schedules/${id}`)).body;

describe('an occurrence that is reopened', () => {
  test('revokes the later open one, and the last one follows when it is completed again', async () => {
    const ada = await person();
    const first = await create(ada, daily);
    await settle();
    const second = successorIdOf(first.id);
    await act(ada, 'complete', first.id);
    await act(ada, 'complete', second);
    assert.deepEqual(
      (await open(ada)).map(({ due_date: due }) => due),
      ['2027-03-03'],
    );
    assert.deepEqual(await act(ada, 'reopen', first.id), [200, undefined]);
    assert.deepEqual(
      (await open(ada)).map(({ id }) => id),
      [first.id],
    );
    assert.equal((await scheduleOf(ada, first.id)).current_task_id, first.id);
    await act(ada, 'complete', first.id);
    assert.deepEqual(
      (await open(ada)).map(({ id, due_date: due }) => [id, due]),
      [[successorIdOf(second), '2027-03-03']],
    );
    assert.equal((await scheduleOf(ada, first.id)).current_task_id, successorIdOf(second));
    assert.equal((await ada.recurring('POST', `/api/v1/schedules/${first.id}/skip`)).status, 202);
    await settle();
    assert.deepEqual(
      (await open(ada)).map(({ due_date: due }) => due),
      ['2027-03-04'],
    );
  });

  test('is refused while a person has changed the later one, however it is opened', async () => {
    const ada = await person();
    const first = await create(ada, daily);
    await settle();
    await act(ada, 'complete', first.id);
    await ada.todo('PATCH', `/api/v1/tasks/${successorIdOf(first.id)}`, { title: 'stretch longer' });
    const attempts = [
      ['POST', `${first.id}/reopen`, undefined],
      ['PATCH', first.id, { status: 'pending' }],
      ['PUT', first.id, { ...daily, status: 'in_progress' }],
      ['POST', `${first.id}/revert`, { to_version: 1 }],
      ['POST', 'bulk', { operations: [{ op: 'reopen', id: first.id }] }],
    ] as const;
    for (const [method, path, body] of attempts) {
      const { status, body: answer } = await ada.todo(method, `/api/v1/tasks/${path}`, body);
      assert.deepEqual([status, answer['code']], [409, 'occurrence-open'], `${method} ${path}`);
    }
    await settle();
    assert.deepEqual(
      (await open(ada)).map(({ title }) => title),
      ['stretch longer'],
    );
  });

  test('an undo of the reopening completes it again, and the later one returns', async () => {
    const ada = await person();
    const first = await create(ada, daily);
    await settle();
    await act(ada, 'complete', first.id);
    await act(ada, 'reopen', first.id);
    await ada.todo('POST', '/api/v1/undo');
    await settle();
    assert.deepEqual(
      (await open(ada)).map(({ id }) => id),
      [successorIdOf(first.id)],
    );
  });

  test('a skipped occurrence that is restored revokes the later one', async () => {
    const ada = await person();
    const first = await create(ada, daily);
    await settle();
    await ada.recurring('POST', `/api/v1/schedules/${first.id}/skip`);
    await settle();
    assert.deepEqual(await act(ada, 'restore', first.id), [200, undefined]);
    assert.deepEqual(
      (await open(ada)).map(({ id }) => id),
      [first.id],
    );
  });

  test('is the current one, also if it was deleted and a later one was completed meanwhile', async () => {
    const ada = await person();
    const first = await create(ada, weekly);
    await settle();
    const second = successorIdOf(first.id);
    await act(ada, 'complete', first.id);
    // All of it is known to Recurring only afterwards.
    await ada.todo('POST', '/api/v1/undo');
    await ada.todo('DELETE', `/api/v1/tasks/${first.id}`);
    await ada.todo('POST', `/api/v1/tasks/${second}/restore`);
    await ada.todo('POST', `/api/v1/tasks/${second}/complete`);
    assert.deepEqual(await act(ada, 'restore', first.id), [200, undefined]);
    assert.deepEqual(
      (await open(ada)).map(({ id }) => id),
      [first.id],
    );
    assert.equal((await scheduleOf(ada, first.id)).current_task_id, first.id);
    await act(ada, 'complete', first.id);
    assert.deepEqual(
      (await open(ada)).map(({ id }) => id),
      [successorIdOf(second)],
    );
    assert.equal((await scheduleOf(ada, first.id)).current_task_id, successorIdOf(second));
  });
});

describe('a recurring subtask', () => {
  test('follows its recurring parent once, in the same series', async () => {
    const ada = await person();
    const parent = await create(ada, weekly);
    const child = await create(ada, { ...weekly, title: 'numbers', parent_id: parent.id });
    await settle();
    for (let week = 1, ids = [child.id, parent.id]; week <= 3; week += 1) {
      for (const id of ids) await act(ada, 'complete', id);
      const day = `2027-03-${String(1 + 7 * week).padStart(2, '0')}`;
      assert.deepEqual((await open(ada)).map(({ title, due_date: due }) => `${title} ${due}`).toSorted(), [
        `numbers ${day}`,
        `review ${day}`,
      ]);
      ids = ids.map((id) => successorIdOf(id));
      assert.equal((await scheduleOf(ada, child.id)).current_task_id, ids[0]);
    }
    const { body } = await ada.recurring<SchedulePage>('GET', '/api/v1/schedules');
    assert.equal(body.total, 2);
  });

  test('waits for its parent, and returns with it', async () => {
    const ada = await person();
    const parent = await create(ada, weekly);
    const child = await create(ada, { ...weekly, title: 'numbers', parent_id: parent.id });
    await settle();
    await act(ada, 'complete', child.id);
    const waiting = await scheduleOf(ada, child.id);
    assert.deepEqual([waiting.status, waiting.current_task_id], ['active', child.id]);
    assert.equal((await ada.recurring('POST', `/api/v1/schedules/${child.id}/skip`)).status, 409);
    await act(ada, 'complete', parent.id);
    await act(ada, 'reopen', parent.id);
    const again = await scheduleOf(ada, child.id);
    assert.deepEqual([again.status, again.current_task_id], ['active', child.id]);
    assert.equal((await open(ada)).length, 1);
    await act(ada, 'complete', parent.id);
    assert.equal((await open(ada)).length, 2);
    assert.equal((await scheduleOf(ada, child.id)).current_task_id, successorIdOf(child.id));
  });

  test('below a plain subtask follows as well', async () => {
    const ada = await person();
    const parent = await create(ada, weekly);
    const middle = await create(ada, { title: 'part', parent_id: parent.id });
    const child = await create(ada, { ...weekly, title: 'numbers', parent_id: middle.id });
    await settle();
    await act(ada, 'complete', child.id);
    await act(ada, 'complete', parent.id);
    const left = (await open(ada)).filter(({ title }) => title === 'numbers');
    assert.deepEqual(
      left.map(({ parent_id: below, due_date: due }) => [below, due]),
      [[successorIdOf(middle.id), '2027-03-08']],
    );
  });

  test('is not copied while it is open, and then goes below the last occurrence of its parent', async () => {
    const ada = await person();
    const parent = await create(ada, weekly);
    const child = await create(ada, { ...weekly, title: 'numbers', parent_id: parent.id });
    await create(ada, { title: 'part', parent_id: child.id });
    await settle();
    let last = parent.id;
    for (let week = 0; week < 3; week += 1) {
      await act(ada, 'complete', last);
      last = successorIdOf(last);
      assert.deepEqual((await open(ada)).map(({ title }) => title).toSorted(), ['numbers', 'part', 'review']);
    }
    await act(ada, 'complete', child.id);
    const numbers = (await open(ada)).filter(({ title }) => title === 'numbers');
    assert.deepEqual(
      numbers.map(({ parent_id: below, due_date: due, series_id: series }) => [below, due, series]),
      [[last, '2027-03-08', child.id]],
    );
    assert.equal((await scheduleOf(ada, child.id)).current_task_id, successorIdOf(child.id));
  });

  test('stays one while it is open again, and follows when it is completed', async () => {
    const ada = await person();
    const parent = await create(ada, weekly);
    const child = await create(ada, { ...daily, parent_id: parent.id });
    await create(ada, { title: 'part', parent_id: child.id });
    await settle();
    await ada.todo('DELETE', `/api/v1/tasks/${parent.id}?scope=occurrence`);
    await settle();
    await act(ada, 'restore', parent.id);
    await act(ada, 'complete', parent.id);
    const titlesOf = (tasks: Task[]) =>
      tasks.map(({ title, due_date: due }) => `${title} ${due ?? ''}`).toSorted();
    assert.deepEqual(titlesOf(await open(ada)), ['part ', 'review 2027-03-08', 'stretch 2027-03-01']);
    await act(ada, 'complete', child.id);
    const after = await open(ada);
    assert.deepEqual(titlesOf(after), ['part ', 'part ', 'review 2027-03-08', 'stretch 2027-03-02']);
    const stretch = after.find(({ title }) => title === 'stretch');
    assert.deepEqual([stretch?.parent_id, stretch?.series_id], [successorIdOf(parent.id), child.series_id]);
    assert.equal((await scheduleOf(ada, child.id)).current_task_id, stretch?.id);
  });
});
