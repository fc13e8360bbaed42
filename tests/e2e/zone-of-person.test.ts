import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScheduleWithHistory } from '@rondo/shared/contracts/schedule';
import type { Task } from '@rondo/shared/contracts/task';
import { eventually } from '@rondo/shared/test/eventually';
import { openInstallation } from '../support/installation.ts';

test("the zone of a person's settings reaches their tasks and reminders, and a series begins with its dates", async (t) => {
  const installation = await openInstallation(t);
  const ada = await installation.person('ada');
  const create = async (draft: object) => (await ada.call('POST', '/api/v1/tasks', draft)).body as Task;
  const allDay = await create({ title: 'call', due_date: '2027-03-10', reminders: [{ before: 'PT0S' }] });
  const floating = await create({ title: 'pills', is_floating: true, due_date: '2027-03-10T08:00:00' });
  assert.equal(floating.due_date, '2027-03-10T08:00:00+00:00');
  const remindsAt = async () => {
    const [row] = await installation.query(
      'SELECT remind_at FROM recurring_task_service.reminders WHERE task_id = $1',
      [allDay.id],
    );
    return row && new Date(row['remind_at'] as string).toISOString();
  };
  await eventually(async () => (await remindsAt()) !== undefined, { timeout_ms: 30_000 });
  const settings = { time_zone: 'America/Los_Angeles', quiet_hours: null, digest_at: null };
  const { status } = await ada.call('PUT', '/api/v1/notification-settings', settings);
  assert.equal(status, 200);
  await eventually(async () => (await remindsAt()) === '2027-03-10T17:00:00.000Z', { timeout_ms: 30_000 });
  const dueOf = async ({ id }: Task) =>
    ((await ada.call('GET', `/api/v1/tasks/${id}`)).body as Task).due_date;
  await eventually(async () => (await dueOf(floating)) === '2027-03-10T08:00:00-08:00', {
    timeout_ms: 30_000,
  });
  await eventually(
    async () => {
      const people = await installation.query('SELECT time_zone FROM todo_service.people');
      return people.length === 1 && people[0]?.['time_zone'] === 'America/Los_Angeles';
    },
    { timeout_ms: 30_000 },
  );

  const series = await create({
    title: 'water the plants',
    due_date: '2027-03-01',
    recurrence_rule: 'FREQ=DAILY',
    exdates: ['2027-03-02'],
  });
  const schedule = await eventually(
    async () => {
      const found = await ada.call('GET', `/api/v1/schedules/${series.id}`);
      return found.status === 200 && (found.body as ScheduleWithHistory);
    },
    { timeout_ms: 30_000 },
  );
  assert.deepEqual([schedule.exdates, schedule.next_occurrences[0]], [['2027-03-02'], '2027-03-03']);
  assert.equal((await ada.verification()).intact, true);
});
