/** Series of calendar files, as the schedule counts them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScheduleWithHistory } from '@rondo/shared/contracts/schedule';
import type { Task } from '@rondo/shared/contracts/task';
import { startTodoAndRecurring } from '../support/todo-and-recurring.ts';

const event = (uid: string, ...lines: string[]) =>
  ['BEGIN:VEVENT', `UID:${uid}`, `SUMMARY:${uid}`, ...lines, 'END:VEVENT'].join('\r\n');
const outlook = 'W. Europe Standard Time';
const file = [
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  event('meeting', `DTSTART;TZID=${outlook}:20370928T093000`, 'RRULE:FREQ=WEEKLY;COUNT=10'),
  event(
    'lesson',
    'DTSTART;TZID=Europe/Berlin:20371106T170000',
    'DTEND;TZID=Europe/Berlin:20371106T180000',
    'RRULE:FREQ=WEEKLY;COUNT=4',
    'EXDATE;TZID=Europe/Berlin:20371120T170000',
  ),
  event(
    'lesson',
    'RECURRENCE-ID;TZID=Europe/Berlin:20371113T170000',
    'DTSTART;TZID=Europe/Berlin:20371114T170000',
    'DTEND;TZID=Europe/Berlin:20371114T180000',
  ),
  event('added', 'DTSTART;VALUE=DATE:20371005', 'RRULE:FREQ=WEEKLY;COUNT=3;', 'RDATE;VALUE=DATE:20371008'),
  'END:VCALENDAR',
  '',
].join('\r\n');

test('X1, X6: the schedule of an imported series has the dates of the file', async (t) => {
  const both = await startTodoAndRecurring(t);
  const ada = await both.person();
  const token = await both.todo.issuer.tokenFor({ sub: ada.id });
  const answer = await fetch(`${both.todo.service.url}/api/v1/calendar-import`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'text/calendar' },
    body: file,
  });
  const { imported, skipped, notes } = (await answer.json()) as Record<string, unknown>;
  assert.deepEqual({ imported, skipped, notes }, { imported: 4, skipped: [], notes: [] });
  await both.settle();
  const { tasks } = (await ada.todo<{ tasks: Task[] }>('GET', '/api/v1/tasks')).body;
  const nextOf = async (title: string) => {
    const series = tasks.find((task) => task.title === title && task.is_recurring);
    assert.ok(series, title);
    const { body } = await ada.recurring<ScheduleWithHistory>('GET', `/api/v1/schedules/${series.series_id}`);
    return body.next_occurrences;
  };
  const meetings = await nextOf('meeting');
  assert.deepEqual(
    [meetings[0], meetings[4]],
    ['2037-10-05T09:30:00+02:00', '2037-11-02T09:30:00+01:00'],
    'the clock changes on 25 October',
  );
  assert.deepEqual(await nextOf('lesson'), ['2037-11-27T18:00:00+01:00']);
  assert.deepEqual(await nextOf('added'), ['2037-10-08', '2037-10-12', '2037-10-19']);
});
