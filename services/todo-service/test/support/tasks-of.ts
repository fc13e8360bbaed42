import type { Task } from '@rondo/shared/contracts/task';
import type { ChangePage, TaskEvent } from '@rondo/shared/contracts/task-event';
import type { TestPerson } from '@rondo/shared/test/service';

/** Creates a task, and returns it. */
export async function create(owner: TestPerson, draft: object): Promise<Task> {
  return (await owner.call<Task>('POST', '/api/v1/tasks', draft)).body;
}

/** The first 100 tasks of a person. */
export async function tasksOf(owner: TestPerson): Promise<Task[]> {
  return (await owner.call<{ tasks: Task[] }>('GET', '/api/v1/tasks?limit=100')).body.tasks;
}

export async function taskOf(owner: TestPerson, id: string): Promise<Task> {
  return (await owner.call<Task>('GET', `/api/v1/tasks/${id}`)).body;
}

/** The events of a person so far. */
export async function eventsOf(owner: TestPerson): Promise<TaskEvent[]> {
  return (await owner.call<ChangePage>('GET', '/api/v1/changes?since=0')).body.changes;
}
