import { sql, type Kysely } from 'kysely';
import { enqueueMessages } from '@rondo/shared/messaging/message-outbox';
import { RecurrenceUnitOfWork } from '../../store/recurrence-unit-of-work.ts';
import { schema, type Tables } from '../../store/tables.ts';
import { isTimeZone } from '@rondo/time/zone';
import { movedReminders } from '../domain/task-reminders.ts';

/** How many tasks one transaction looks at. */
const batchSize = 500;

type PersonToReplan = { workspace_id: string; time_zone: string; replan_from: string };

/**
 * Plans the waiting reminders of one person's all-day tasks without a zone again, for the zone of their settings: one batch of
 * tasks, in one transaction. The person is the first after `last`.
 * @param onFound is called with the person before the work on the tasks begins
 * @returns the person; undefined if no later one has such tasks
 */
export function replanReminders(
  database: Kysely<Tables>,
  last: string,
  onFound: (personId: string) => void = () => undefined,
): Promise<string | undefined> {
  return database.transaction().execute(async (trx) => {
    const found = await sql<PersonToReplan>`
      SELECT workspace_id, time_zone, replan_from FROM recurring_task_service.people
      WHERE replan_from IS NOT NULL AND workspace_id > ${last} ORDER BY workspace_id LIMIT 1 FOR UPDATE SKIP LOCKED`.execute(
      trx,
    );
    const [person] = found.rows;
    if (!person) return undefined;
    const { workspace_id, time_zone: zone, replan_from: after } = person;
    onFound(workspace_id);
    // The lock first: what an event under way writes is seen then, and the next event sees the new zone.
    const work = await RecurrenceUnitOfWork.open(trx, [], [{ workspace_id, id: workspace_id }]);
    const page = await sql<{ id: string; is_moved: boolean }>`
      SELECT id, state = 'open' AND task ->> 'time_zone' IS NULL AND length(task ->> 'due_date') = 10
                 AND person_zone IS DISTINCT FROM ${zone} AS is_moved
      FROM recurring_task_service.tasks WHERE workspace_id = ${workspace_id} AND id > ${after}
      ORDER BY id LIMIT ${batchSize}`.execute(trx);
    const moved = isTimeZone(zone) ? page.rows.filter(({ is_moved: isMoved }) => isMoved) : [];
    const keys = moved.map(({ id }) => ({ workspace_id, id }));
    await work.load(trx, keys);
    await work.loadSeriesOf(trx, keys);
    for (const key of keys) {
      const task = work.task(key);
      if (!task) continue;
      const reminders = work.reminders(key);
      if (reminders.size > 0)
        work.saveReminders(key, movedReminders(reminders, task, { ...task, person_zone: zone }), null);
      work.saveTask({ ...task, person_zone: zone });
      const series = task.series_id === null ? undefined : work.series({ workspace_id, id: task.series_id });
      if (series?.current_task_id === task.id && series.time_zone === null && series.anchor.length === 10)
        work.saveSeries({ ...series, person_zone: zone });
    }
    await enqueueMessages(trx, schema, await work.write(trx));
    const next = page.rows.length === batchSize ? (page.rows.at(-1)?.id ?? null) : null;
    await sql`
      UPDATE recurring_task_service.people SET replan_from = ${next} WHERE workspace_id = ${workspace_id}`.execute(
      trx,
    );
    return workspace_id;
  });
}
