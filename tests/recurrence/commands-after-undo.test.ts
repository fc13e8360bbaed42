import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScheduleWithHistory } from '@rondo/shared/contracts/schedule';
import type { Task } from '@rondo/shared/contracts/task';
import { startTodoAndRecurring, type PersonOfBoth } from '../support/todo-and-recurring.ts';

const draft = { title: 'Water', due_date: '2037-03-02', recurrence_rule: 'FREQ=WEEKLY' };
const openDates = async ({ todo }: PersonOfBoth) =>
  (await todo<{ tasks: Task[] }>('GET', '/api/v1/tasks')).body.tasks
    .filter(({ status }) => status !== 'complete')
    .map(({ due_date: due }) => due);

test('an occurrence is skipped at once after the undo of its completion', async (t) => {
  const both = await startTodoAndRecurring(t);
  const skips: Record<string, (person: PersonOfBoth, id: string) => Promise<{ status: number }>> = {
    'by its schedule': ({ recurring }, id) => recurring('POST', `/api/v1/schedules/${id}/skip`),
    'by its task': ({ todo }, id) => todo('DELETE', `/api/v1/tasks/${id}?scope=occurrence`),
  };
  for (const [how, skip] of Object.entries(skips))
    for (const isSettled of [true, false])
      await t.test(`${how}, ${isSettled ? 'after' : 'before'} Recurring knows of the undo`, async () => {
        const ada = await both.person();
        const { id } = (await ada.todo<Task>('POST', '/api/v1/tasks', draft)).body;
        await both.settle();
        await ada.todo('POST', `/api/v1/tasks/${id}/complete`);
        await both.settle();
        assert.deepEqual(await openDates(ada), ['2037-03-09']);
        await ada.todo('POST', '/api/v1/undo');
        if (isSettled) await both.settle();
        assert.ok((await skip(ada, id)).status < 300);
        await both.settle();
        assert.deepEqual(await openDates(ada), ['2037-03-09']);
        const { body } = await ada.recurring<ScheduleWithHistory>('GET', `/api/v1/schedules/${id}`);
        assert.deepEqual(
          body.history.map(({ kind }) => kind),
          ['skipped', 'reopened', 'completed', 'started'],
        );
      });
});

test('an edit of the open occurrence, at once after the undo of a completion, changes the one that is open', async (t) => {
  const both = await startTodoAndRecurring(t);
  const ada = await both.person();
  const { id } = (await ada.todo<Task>('POST', '/api/v1/tasks', draft)).body;
  await both.settle();
  await ada.todo('POST', `/api/v1/tasks/${id}/complete`);
  await both.settle();
  await ada.todo('POST', '/api/v1/undo');
  const edit = { scope: 'this', due_date: '2037-03-05' };
  assert.equal((await ada.recurring('POST', `/api/v1/schedules/${id}/edit`, edit)).status, 202);
  await both.settle();
  assert.deepEqual(await openDates(ada), ['2037-03-05']);
});
