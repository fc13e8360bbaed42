import assert from 'node:assert/strict';
import type { Pool } from 'pg';
import type { SchedulePreview, ScheduleWithHistory } from '@rondo/shared/contracts/schedule';
import type { Task } from '@rondo/shared/contracts/task';
import { wallOfText } from '@rondo/time/iso-8601';
import { instantOf } from '@rondo/time/wall-clock';
import type { PersonOfBoth } from '../../support/todo-and-recurring.ts';
import type { Step } from './feed-cases/feed-case.ts';

type Course = { settle: () => Promise<void> };

/** Takes the steps of a case, each when the one before is done. `id`: the first task of the series. */
export async function takeSteps(
  { settle }: Course,
  person: PersonOfBoth,
  id: string,
  steps: Step[],
): Promise<void> {
  for (const step of steps) {
    for (let n = 0; n < ('complete' in step ? step.complete : 1); n += 1) {
      const { status, body } = await take(person, id, step);
      assert.ok(status < 300, JSON.stringify([step, body]));
      await settle();
    }
  }
}

async function take({ todo, recurring }: PersonOfBoth, id: string, step: Step) {
  const schedule = `/api/v1/schedules/${id}`;
  if ('pause' in step) return recurring('POST', `${schedule}/pause`);
  if ('skip' in step) return recurring('POST', `${schedule}/skip`);
  if ('settings' in step) return recurring('PATCH', schedule, step.settings);
  if ('edit' in step) return recurring('POST', `${schedule}/edit`, step.edit);
  if ('end' in step) return recurring('POST', `${schedule}/end`, step.end);
  const { current_task_id: current } = await scheduleOf(recurring, id);
  return todo('POST', `/api/v1/tasks/${current}/complete`);
}

async function scheduleOf(recurring: PersonOfBoth['recurring'], id: string): Promise<ScheduleWithHistory> {
  return (await recurring<ScheduleWithHistory>('GET', `/api/v1/schedules/${id}`)).body;
}

type Days = { last: string; zone: string };

/** The open task of a case, and the dates up to a day that the product gives it: instants or days. */
export async function productDates(
  person: PersonOfBoth,
  id: string,
  { last, zone }: Days,
): Promise<{ id: string; dates: string[] }> {
  const series = await scheduleOf(person.recurring, id);
  const current = series.current_task_id ?? id;
  const { body: task } = await person.todo<Task>('GET', `/api/v1/tasks/${current}`);
  const due = task.due_date ?? task.start;
  const open = task.status === 'complete' || due === null ? [] : [due];
  const isRepeated = series.status === 'active' && series.recurrence_basis === 'due';
  const later = isRepeated && due !== null ? await following(person, series, { due, last, zone }) : [];
  const dates = [...open, ...later].map((date) => (date.length === 10 ? date : secondOf(date)));
  return { id: current, dates: dates.toSorted() };
}

/** The dates after the open one, by the preview of the schedule. */
async function following(
  { recurring }: PersonOfBoth,
  series: ScheduleWithHistory,
  { due, last, zone }: { due: string; last: string; zone: string },
): Promise<string[]> {
  const { rule, anchor, time_zone, policies, rdates, exdates, current_date: scheduled } = series;
  const request = {
    rule,
    anchor: anchor.length === 10 ? anchor : iso(instantOf(wallOfText(anchor), time_zone ?? zone)),
    time_zone,
    policies,
    rdates,
    exdates,
    count: 100,
  };
  const dates: string[] = [];
  let after = scheduled !== null && Date.parse(scheduled) > Date.parse(due) ? scheduled : due;
  for (;;) {
    const { body } = await recurring<SchedulePreview>('POST', '/api/v1/schedules/preview', {
      ...request,
      after,
    });
    dates.push(...body.occurrences);
    const end = body.occurrences.at(-1);
    if (end === undefined || body.is_whole || end > last) break;
    after = end;
  }
  const shown = series.next_occurrences.filter((date) => Date.parse(date) > Date.parse(due));
  assert.deepEqual(shown, dates.slice(0, shown.length), 'the schedule has the dates of its preview');
  return dates;
}

/** The instants at which the product will remind of a task. */
export async function productReminders(pool: Pool, id: string): Promise<string[]> {
  const { rows } = await pool.query<{ remind_at: string | Date }>(
    `SELECT remind_at FROM recurring_task_service.reminders WHERE task_id = $1 AND state = 'pending' ORDER BY remind_at`,
    [id],
  );
  return rows.map(({ remind_at: at }) => secondOf(new Date(at).toISOString()));
}

const iso = (instant: number) => new Date(instant).toISOString();

function secondOf(date: string): string {
  return `${iso(Date.parse(date)).slice(0, 19)}Z`;
}
