import type { Task, TaskDraft } from '@rondo/shared/contracts/task';
import type { PersonOfBoth } from './todo-and-recurring.ts';

export const daily = { title: 'stretch', due_date: '2027-03-01', recurrence_rule: 'FREQ=DAILY' };
export const weekly = { title: 'review', due_date: '2027-03-01', recurrence_rule: 'FREQ=WEEKLY' };

export async function create(who: PersonOfBoth, draft: TaskDraft): Promise<Task> {
  return (await who.todo<Task>('POST', '/api/v1/tasks', draft)).body;
}

export async function tasksOf(who: PersonOfBoth): Promise<Task[]> {
  return (await who.todo<{ tasks: Task[] }>('GET', '/api/v1/tasks?limit=100')).body.tasks;
}

/** The tasks that are not completed. */
export async function open(who: PersonOfBoth): Promise<Task[]> {
  return (await tasksOf(who)).filter(({ status }) => status !== 'complete');
}
