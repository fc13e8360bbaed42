import type { ReminderEvent } from '@rondo/shared/contracts/reminder-event';
import type { SeriesEvent } from '@rondo/shared/contracts/series-event';
import type { Task } from '@rondo/shared/contracts/task';
import type { TaskCommand } from '@rondo/shared/contracts/task-command';
import type { TaskEvent } from '@rondo/shared/contracts/task-event';
import { openPool } from '@rondo/postgres/open-pool';
import { eventually } from '@rondo/shared/test/eventually';
import type { Cleanup } from '@rondo/shared/test/identity';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { taskEvent } from '@rondo/shared/test/task-event';
import { v7 } from 'uuid';
import { service as recurringTaskService } from '../../src/service.ts';

/** A task of a test, which sends its events in any order. */
export type TestTask = {
  id: string;
  /** Makes the event of the next version, which changes these fields. */
  next(fields: Partial<Task>, more?: Partial<TaskEvent>): TaskEvent;
};

export function testTask(person: TestPerson, id = v7()): TestTask {
  let payload: Task | undefined;
  let version = 0;
  return {
    id,
    next(fields, more = {}) {
      version += 1;
      const blank = taskEvent(person.id, version, { task_id: id, version });
      payload = { ...blank.payload, title: 'test', ...payload, ...fields, version };
      const isRecurring = payload.recurrence_rule !== null;
      payload = {
        ...payload,
        is_recurring: isRecurring,
        series_id: payload.series_id ?? (isRecurring ? id : null),
      };
      const changed = Object.keys(fields);
      const timestamp = new Date().toISOString();
      return {
        ...blank,
        event_type: version === 1 ? 'task-created' : 'task-updated',
        timestamp,
        payload,
        changed,
        ...more,
      };
    },
  };
}

/** The fields of a task that is completed at an instant (RFC 3339). */
export const completeAt = (at: string): Partial<Task> => ({ status: 'complete', completed_at: at });

/** Starts the service. Tests send it events and see its commands and reminders. */
export async function startFollowingService(t: Cleanup) {
  const started = await startTestService(t, recurringTaskService);
  const { accepted } = started.sidecar;
  const pool = openPool(started.database_url, 'following test', 2);
  t.after(() => pool.end());
  const published = (topic: string, who: TestPerson) =>
    accepted.filter((entry) => entry.topic === topic && entry.event['workspace_id'] === who.id);
  return {
    ...started,
    send: (...events: TaskEvent[]) =>
      started.deliver(
        'task-events',
        events.map((data) => ({ specversion: '1.0', id: data.event_id, topic: 'task-events', data })),
      ),
    commands: (who: TestPerson) =>
      published('task-commands', who).map(({ event }) => event as unknown as TaskCommand),
    seriesEvents: (who: TestPerson) =>
      published('series-events', who).map(({ event }) => event as unknown as SeriesEvent),
    reminders: (who: TestPerson) =>
      published('reminders', who).map(({ event }) => event as unknown as ReminderEvent),
    pool,
    /** Waits until the outbox is empty. */
    drained: () =>
      eventually(async () => {
        const { rowCount } = await pool.query('SELECT FROM recurring_task_service.outbox LIMIT 1');
        return rowCount === 0;
      }),
  };
}
