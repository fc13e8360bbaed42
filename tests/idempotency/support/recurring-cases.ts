import { topics } from '@rondo/shared/contracts/topics';
import type { TestPerson } from '@rondo/shared/test/service';
import { testTask } from '../../../services/recurring-task-service/test/support/following-service.ts';
import { done, type Cases, type World } from './case.ts';

const schedules = '/api/v1/schedules';

/** Makes a series with an open occurrence. */
async function newSeries(who: TestPerson, { deliver }: World): Promise<{ params: { id: string } }> {
  const { id, next } = testTask(who);
  const data = next({
    recurrence_rule: 'FREQ=DAILY',
    due_date: '2027-03-01',
    reminders: [{ at: '2027-03-01T08:00:00.000Z' }],
  });
  await deliver(topics.taskEvents, [
    { specversion: '1.0', id: data.event_id, topic: topics.taskEvents, data },
  ]);
  return { params: { id } };
}

/** The operations of Recurring that run once for each Idempotency-Key. */
export const recurringCases: Cases = {
  [`PATCH ${schedules}/{id}`]: async (who, world) => ({
    ...(await newSeries(who, world)),
    body: { overdue: 'every' },
  }),
  [`POST ${schedules}/{id}/pause`]: newSeries,
  [`POST ${schedules}/{id}/resume`]: async (who, world) => {
    const { params } = await newSeries(who, world);
    await done(who, 'POST', `${schedules}/${params.id}/pause`);
    return { params };
  },
  [`POST ${schedules}/{id}/skip`]: newSeries,
  [`POST ${schedules}/{id}/edit`]: async (who, world) => ({
    ...(await newSeries(who, world)),
    body: { scope: 'following', rule: 'FREQ=WEEKLY' },
  }),
  [`POST ${schedules}/{id}/end`]: async (who, world) => ({
    ...(await newSeries(who, world)),
    body: { after_occurrences: 3 },
  }),
};
