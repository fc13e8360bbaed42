import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { SeriesEvent } from '@rondo/shared/contracts/series-event';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';
import { collection, davClient } from '../support/dav-client.ts';
import { eventsOf, taskOf, tasksOf } from '../support/tasks-of.ts';

const { person, service, deliver } = await startTestService({ after }, todoService);
const client = (owner: TestPerson) => davClient(service.url, owner);

test('a recurring task whose client moves the date itself keeps everything else', async () => {
  const ada = await person();
  const dav = await client(ada);
  const series = (day: string, ...more: string[]) => [
    'SUMMARY:Water plants',
    'X-SORT:1',
    `DTSTART;VALUE=DATE:${day}`,
    `DUE;VALUE=DATE:${day}`,
    'RRULE:FREQ=WEEKLY',
    ...more,
  ];
  await dav.put('plants.ics', series('20270104'));
  const [before] = await tasksOf(ada);
  assert.equal((await dav.put('plants.ics', series('20270111'))).status, 204);
  // DUE moves without DTSTART, which is only the anchor of the rule.
  const onlyDue = series('20270111').map((line) =>
    line.replace('DUE;VALUE=DATE:20270111', 'DUE;VALUE=DATE:20270118'),
  );
  assert.equal((await dav.put('plants.ics', onlyDue)).status, 204);
  const [task, ...others] = await tasksOf(ada);
  assert.deepEqual(others, []);
  assert.deepEqual(
    { ...task, version: 0, updated_at: '' },
    { ...before, due_date: '2027-01-18', version: 0, updated_at: '' },
  );
  assert.match(await dav.get('plants.ics'), /X-SORT:1\r\n/);
});

test('a series is completed by STATUS, or by a changed occurrence for its date', async () => {
  const ada = await person();
  const dav = await client(ada);
  const series = [
    'UID:u1',
    'SUMMARY:Water',
    'DTSTART;VALUE=DATE:20270104',
    'DUE;VALUE=DATE:20270104',
    'RRULE:FREQ=WEEKLY',
  ];
  await dav.put('a.ics', series);
  const [open] = await tasksOf(ada);
  const override = (day: string) => [
    'END:VTODO',
    'BEGIN:VTODO',
    'UID:u1',
    'SUMMARY:Water',
    `RECURRENCE-ID;VALUE=DATE:${day}`,
    'STATUS:COMPLETED',
  ];
  await dav.put('a.ics', [...series, ...override('20270111')]);
  assert.equal((await taskOf(ada, open?.id ?? '')).status, 'pending');
  assert.match(await dav.get('a.ics'), /RECURRENCE-ID;VALUE=DATE:20270111/);
  await dav.put('a.ics', [...series, ...override('20270104')]);
  const done = await taskOf(ada, open?.id ?? '');
  assert.deepEqual([done.status, done.recurrence_rule], ['complete', 'FREQ=WEEKLY']);
});

test('a paused series keeps its rule, so that a client that writes it back does not end it', async () => {
  const ada = await person();
  const dav = await client(ada);
  const day = '20270104';
  await dav.put('a.ics', [`DTSTART;VALUE=DATE:${day}`, `DUE;VALUE=DATE:${day}`, 'RRULE:FREQ=WEEKLY']);
  const [task] = await tasksOf(ada);
  assert.ok(task);
  const [example] = (SeriesEvent as unknown as { examples: SeriesEvent[] }).examples;
  const paused = { rule: 'FREQ=WEEKLY', time_zone: null, current_task_id: task.id, is_paused: true };
  const data = { ...example, workspace_id: ada.id, series_id: task.id, ...paused };
  await deliver('series-events', [{ specversion: '1.0', id: data.event_id, topic: 'series-events', data }]);
  const { length } = await eventsOf(ada);
  const shown = await dav.get('a.ics');
  assert.match(shown, /RRULE:FREQ=WEEKLY\r\n/);
  assert.equal((await dav.send('PUT', `${collection}a.ics`, shown)).status, 204);
  assert.deepEqual([await taskOf(ada, task.id), (await eventsOf(ada)).length], [task, length]);
});
