import { v7 } from 'uuid';
import { openPool } from '@rondo/postgres/open-pool';
import type { Task, TaskDraft } from '@rondo/shared/contracts/task';
import type { TaskCommand } from '@rondo/shared/contracts/task-command';
import { successorIdOf } from '@rondo/shared/contracts/successor-id';
import { eventually } from '@rondo/shared/test/eventually';
import type { Cleanup } from '@rondo/shared/test/identity';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';

export type Tasks = { tasks: Task[]; total: number };

/** Starts the service. Tests send it commands as Recurring does. */
export async function startCommandedService(t: Cleanup) {
  const started = await startTestService(t, todoService);
  const pool = openPool(started.database_url, 'commands test', 1);
  t.after(() => pool.end());

  const isSettled = async () =>
    (await pool.query('SELECT FROM todo_service.waiting_commands LIMIT 1')).rowCount === 0;

  const keep = (...commands: object[]) =>
    started.deliver(
      'task-commands',
      commands.map((data) => ({
        specversion: '1.0',
        id: (data as TaskCommand).event_id,
        topic: 'task-commands',
        data,
      })),
    );

  return {
    ...started,
    pool,
    keep,
    isSettled,
    /** Delivers commands, and waits until they are carried out. */
    async send(...commands: object[]): Promise<string[]> {
      const verdicts = await keep(...commands);
      await eventually(isSettled);
      return verdicts;
    },
  };
}

export const frame = (who: TestPerson, source: 'recurrence' | 'api' = 'recurrence') => ({
  event_id: v7(),
  schema_version: '1.0' as const,
  timestamp: new Date().toISOString(),
  workspace_id: who.id,
  actor: { user_id: who.id, source },
});

export const create = (who: TestPerson, of: Task, due: string) => ({
  ...frame(who),
  command_type: 'create-successor',
  task_id: successorIdOf(of.id),
  of_task_id: of.id,
  due_date: due,
});
export const revoke = (who: TestPerson, of: Task) => ({
  ...frame(who),
  command_type: 'take-back-successor',
  task_id: successorIdOf(of.id),
  of_task_id: of.id,
});

export const weekly = {
  title: 'water the plants',
  due_date: '2027-03-22T09:00:00+01:00',
  time_zone: 'Europe/Berlin',
  recurrence_rule: 'FREQ=WEEKLY',
};
export const nextWeek = '2027-03-29T09:00:00+02:00';

export async function taskOf(who: TestPerson, draft: TaskDraft = weekly): Promise<Task> {
  return (await who.call<Task>('POST', '/api/v1/tasks', draft)).body;
}
export const complete = (who: TestPerson, { id }: Task) => who.call('POST', `/api/v1/tasks/${id}/complete`);
export const find = async (who: TestPerson, id: string) =>
  (await who.call<Task>('GET', `/api/v1/tasks/${id}`)).body;
export const open = async (who: TestPerson) =>
  (await who.call<Tasks>('GET', '/api/v1/tasks?status=pending')).body.tasks;
