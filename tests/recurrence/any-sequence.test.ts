import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import type { SchedulePage } from '@rondo/shared/contracts/schedule';
import type { Task } from '@rondo/shared/contracts/task';
import { create, daily, open, tasksOf, weekly } from '../support/tasks-of-both.ts';
import { startTodoAndRecurring, type PersonOfBoth } from '../support/todo-and-recurring.ts';

const { person, settle } = await startTodoAndRecurring({ after });

const anyStep = fc.record({
  op: fc.constantFrom(
    'complete',
    'complete',
    'reopen',
    'restore',
    'delete',
    'skip',
    'skip-by-schedule',
    'undo',
    'rename',
    'move',
  ),
  pick: fc.nat(20),
  settles: fc.boolean(),
});

async function take(who: PersonOfBoth, op: string, task: Task): Promise<number> {
  const path = `/api/v1/tasks/${task.id}`;
  const answers: Record<string, () => Promise<{ status: number }>> = {
    delete: () => who.todo('DELETE', path),
    skip: () => who.todo('DELETE', `${path}?scope=occurrence`),
    'skip-by-schedule': () => who.recurring('POST', `/api/v1/schedules/${task.series_id}/skip`),
    undo: () => who.todo('POST', '/api/v1/undo'),
    rename: () => who.todo('PATCH', path, { title: `changed at ${task.version}` }),
    move: () => who.todo('PATCH', path, { due_date: '2027-03-20' }),
  };
  return (await (answers[op] ?? (() => who.todo('POST', `${path}/${op}`)))()).status;
}

async function everyTask(who: PersonOfBoth): Promise<Task[]> {
  const trash = (await who.todo<{ tasks: Task[] }>('GET', '/api/v1/tasks?limit=100&trash=true')).body.tasks;
  return [...(await tasksOf(who)), ...trash].toSorted((left, right) => left.id.localeCompare(right.id));
}

async function assertOneOpenOfEach(who: PersonOfBoth, what: string): Promise<Map<string, Task>> {
  const bySeries = new Map<string, Task>();
  for (const task of await open(who)) {
    if (task.series_id === null || !task.is_recurring) continue;
    assert.ok(!bySeries.has(task.series_id), `${what}: two open occurrences`);
    bySeries.set(task.series_id, task);
  }
  return bySeries;
}

describe('any sequence of commands', () => {
  for (const [what, withChild] of [
    ['of a series', false],
    ['of a series below another one', true],
  ] as const)
    test(`${what} leaves one open occurrence, which its schedule knows`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(anyStep, { minLength: 3, maxLength: 14 }), async (steps) => {
          const ada = await person();
          const parent = await create(ada, weekly);
          if (withChild) await create(ada, { ...daily, parent_id: parent.id });
          await settle();
          const done: string[] = [];
          for (const { op, pick, settles } of steps) {
            const tasks = await everyTask(ada);
            const task = tasks[pick % tasks.length];
            assert.ok(task);
            const status = await take(ada, op, task);
            done.push(`${op} ${task.title} ${task.due_date}: ${status}`);
            assert.ok(status < 500, done.join('; '));
            await assertOneOpenOfEach(ada, done.join('; '));
            if (settles) await settle();
          }
          await settle();
          const opened = await assertOneOpenOfEach(ada, done.join('; '));
          const { body } = await ada.recurring<SchedulePage>('GET', '/api/v1/schedules?limit=100');
          for (const { id, status, current_task_id: current } of body.schedules) {
            const one = opened.get(id);
            if (one) assert.deepEqual([status, current], ['active', one.id], done.join('; '));
            else if (!withChild) assert.equal(status, 'ended', done.join('; '));
          }
        }),
        { numRuns: 15 },
      );
    });
});
