import assert from 'node:assert/strict';
import { test } from 'node:test';
import { query } from '@rondo/postgres/test/query';
import { eventually } from '@rondo/shared/test/eventually';
import type { ScheduleWithHistory } from '@rondo/shared/contracts/schedule';
import type { Task } from '@rondo/shared/contracts/task';
import { startTodoAndRecurring } from '../support/todo-and-recurring.ts';

test('an upgrade numbers the tasks from before, also in the trash, and leaves series as they are', async (t) => {
  const both = await startTodoAndRecurring(t);
  const ada = await both.person();
  const create = async (title: string) => {
    const draft = { title, due_date: '2037-03-02', recurrence_rule: 'FREQ=WEEKLY' };
    return (await ada.todo<Task>('POST', '/api/v1/tasks', draft)).body.id;
  };
  const [skipped, completed, deleted] = [
    await create('skipped'),
    await create('completed'),
    await create('deleted'),
  ];
  await both.settle();
  await ada.todo('DELETE', `/api/v1/tasks/${skipped}?scope=occurrence`);
  await ada.todo('POST', `/api/v1/tasks/${completed}/complete`);
  await ada.todo('DELETE', `/api/v1/tasks/${deleted}`);
  await both.settle();
  const series = [skipped, completed, deleted];
  const schedules = () =>
    Promise.all(
      series.map(async (id) => {
        const { body } = await ada.recurring<ScheduleWithHistory>('GET', `/api/v1/schedules/${id}`);
        const { updated_at: _at, ...schedule } = body;
        return schedule;
      }),
    );
  const tasks = async () =>
    (await ada.todo<{ tasks: Task[] }>('GET', '/api/v1/tasks?sort=created&order=asc')).body.tasks.map(
      ({ id, status, due_date: due }) => ({ id, status, due }),
    );
  const before = [await schedules(), await tasks()];
  await forgetNumbers();
  await both.todo.startReplica();
  await eventually(async () => (await unnumbered()) === 0);
  await both.settle();
  assert.deepEqual([await schedules(), await tasks()], before);
  const found = await ada.recurring<ScheduleWithHistory>('GET', '/api/v1/schedules/%231');
  assert.deepEqual([found.status, found.body.id], [200, skipped]);

  /** Makes both services those of a release without numbers. */
  async function forgetNumbers(): Promise<void> {
    await query(
      both.todo.database_url,
      `UPDATE todo_service.tasks SET number = NULL, rank = NULL, task = (task::jsonb - 'number' - 'rank')::json`,
    );
    await query(both.todo.database_url, 'UPDATE todo_service.workspaces SET last_number = 0');
    await query(both.recurring.database_url, 'UPDATE recurring_task_service.tasks SET number = NULL');
  }

  async function unnumbered(): Promise<number> {
    const rows = await query(both.todo.database_url, 'SELECT FROM todo_service.tasks WHERE number IS NULL');
    return rows.length;
  }
});
