import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { v7 } from 'uuid';
import { SeriesEvent } from '@rondo/shared/contracts/series-event';
import type { Task } from '@rondo/shared/contracts/task';
import { query } from '@rondo/postgres/test/query';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';
import { collection, davClient, todo } from '../support/dav-client.ts';
import { eventsOf, tasksOf } from '../support/tasks-of.ts';

const { person, service, deliver, database_url } = await startTestService({ after }, todoService);

async function open() {
  const ada = await person();
  const dav = await davClient(service.url, ada);
  const put = async (...lines: string[]) => {
    const answer = await dav.put('a.ics', lines);
    return answer.status;
  };
  return { ada, dav, put };
}

const weekly = (...more: string[]) => [
  'UID:u1',
  'SUMMARY:Water',
  'DTSTART;VALUE=DATE:20370105',
  'DUE;VALUE=DATE:20370105',
  'RRULE:FREQ=WEEKLY',
  ...more,
];
const override = (day: string, ...lines: string[]) => [
  'END:VTODO',
  'BEGIN:VTODO',
  'UID:u1',
  'SUMMARY:Water',
  `RECURRENCE-ID;VALUE=DATE:${day}`,
  ...lines,
];
const datesOf = async (ada: TestPerson) => {
  const [task] = await tasksOf(ada);
  return [task?.due_date, task?.exdates, task?.rdates];
};

test('a PUT with EXDATE and RDATE changes the dates of the task, is shown, and repeated changes nothing', async () => {
  const { ada, dav, put } = await open();
  await put(...weekly());
  assert.equal(await put(...weekly('EXDATE;VALUE=DATE:20370112,20370126', 'RDATE;VALUE=DATE:20370114')), 204);
  assert.deepEqual(await datesOf(ada), ['2037-01-05', ['2037-01-12', '2037-01-26'], ['2037-01-14']]);
  assert.deepEqual((await eventsOf(ada)).at(-1)?.changed, ['exdates', 'rdates']);
  const shown = await dav.get('a.ics');
  assert.match(shown, /EXDATE;VALUE=DATE:20370112,20370126\r\nRDATE;VALUE=DATE:20370114\r\n/);
  const { length } = await eventsOf(ada);
  assert.equal((await dav.send('PUT', `${collection}a.ics`, shown)).status, 204);
  assert.equal((await eventsOf(ada)).length, length);
  await put(...weekly('EXDATE;VALUE=DATE:20370126'));
  assert.deepEqual(await datesOf(ada), ['2037-01-05', ['2037-01-26'], []]);
});

test('undo takes the dates of a PUT back', async () => {
  const { ada, dav, put } = await open();
  await put(...weekly('EXDATE;VALUE=DATE:20370112'));
  await put(...weekly('EXDATE;VALUE=DATE:20370112', 'EXDATE;VALUE=DATE:20370119'));
  const before = (await dav.sync()).token;
  await ada.call('POST', '/api/v1/undo');
  assert.deepEqual(await datesOf(ada), ['2037-01-05', ['2037-01-12'], undefined]);
  assert.doesNotMatch(await dav.get('a.ics'), /20370119/);
  assert.deepEqual(Object.keys((await dav.sync(before)).objects), ['a.ics']);
});

test('a task whose own date is left out is that of the next one, and keeps its object', async () => {
  const { ada, dav, put } = await open();
  await put(...weekly());
  await put(...weekly('EXDATE;VALUE=DATE:20370105'));
  assert.deepEqual(await datesOf(ada), ['2037-01-12', ['2037-01-05'], undefined]);
  assert.match(await dav.get('a.ics'), /DUE;VALUE=DATE:20370112/);
  // A client that has not read the object again changes something else.
  await put(...weekly('EXDATE;VALUE=DATE:20370105', 'PRIORITY:1'));
  assert.deepEqual(await datesOf(ada), ['2037-01-12', ['2037-01-05'], undefined]);
});

test('COUNT counts what remains, unless an occurrence was closed before', async () => {
  const counted = (...more: string[]) =>
    weekly(...more).map((line) => line.replace('WEEKLY', 'WEEKLY;COUNT=5'));
  const { ada, put } = await open();
  await put(...counted());
  await put(...counted('EXDATE;VALUE=DATE:20370105'));
  const [first] = await tasksOf(ada);
  assert.equal(first?.recurrence_rule, 'FREQ=WEEKLY;COUNT=4');
  const begun = await open();
  await begun.put(...counted());
  const [task] = await tasksOf(begun.ada);
  await publish(begun.ada, task, { rule: 'FREQ=WEEKLY;COUNT=5', done: 2 });
  await begun.put(...counted('EXDATE;VALUE=DATE:20370105'));
  const [later] = await tasksOf(begun.ada);
  assert.deepEqual([later?.due_date, later?.recurrence_rule], ['2037-01-12', 'FREQ=WEEKLY;COUNT=5']);
});

test('later occurrences that were moved, cancelled or completed early change the dates, and are given back', async () => {
  const { ada, dav, put } = await open();
  const moved = override(
    '20370112',
    'DTSTART;VALUE=DATE:20370113',
    'DUE;VALUE=DATE:20370113',
    'LOCATION:Garden',
  );
  const cancelled = override('20370119', 'STATUS:CANCELLED');
  const done = override('20370126', 'STATUS:COMPLETED');
  const renamed = override('20370202', 'DTSTART;VALUE=DATE:20370202');
  const all = [...moved, ...cancelled, ...done, ...renamed];
  assert.equal(await put(...weekly(...all)), 201);
  const expected = ['2037-01-05', ['2037-01-12', '2037-01-19', '2037-01-26'], ['2037-01-13']];
  assert.deepEqual(await datesOf(ada), expected);
  const shown = await dav.get('a.ics');
  assert.doesNotMatch(shown, /EXDATE|RDATE|X-RONDO/);
  assert.equal(shown.match(/RECURRENCE-ID/g)?.length, 4);
  assert.match(shown, /LOCATION:Garden/);
  const { length } = await eventsOf(ada);
  await dav.send('PUT', `${collection}a.ics`, shown);
  assert.equal((await eventsOf(ada)).length, length);
  // Without the occurrences, the series has their dates again.
  await put(...weekly(...moved));
  assert.deepEqual(await datesOf(ada), ['2037-01-05', ['2037-01-12'], ['2037-01-13']]);
  await put(...weekly());
  assert.deepEqual(await datesOf(ada), ['2037-01-05', [], []]);
});

test('an occurrence whose date the product has again is not written', async () => {
  const { ada, dav, put } = await open();
  await put(...weekly(...override('20370112', 'STATUS:CANCELLED')));
  const [task] = await tasksOf(ada);
  await ada.call('PATCH', `/api/v1/tasks/${task?.id}`, { exdates: [] });
  assert.doesNotMatch(await dav.get('a.ics'), /RECURRENCE-ID|EXDATE/);
});

test('more than 366 dates, and a series without any date left, are refused and change nothing', async () => {
  const { ada, dav, put } = await open();
  await put(...weekly());
  const days = Array.from({ length: 367 }, (_, n) =>
    new Date(Date.UTC(2038, 0, 1 + n)).toISOString().slice(0, 10).replaceAll('-', ''),
  );
  for (const lines of [
    weekly(`EXDATE;VALUE=DATE:${days.join(',')}`),
    weekly('EXDATE;VALUE=DATE:20370105').map((line) => line.replace('WEEKLY', 'WEEKLY;COUNT=1')),
  ]) {
    const { status, text } = await dav.put('a.ics', lines);
    assert.deepEqual([status, text.includes('valid-calendar-data')], [403, true], text);
  }
  assert.deepEqual(await datesOf(ada), ['2037-01-05', undefined, undefined]);
});

test('dates of a series from before its task had them are added to, not lost', async () => {
  const { ada, put } = await open();
  await put(...weekly());
  const [task] = await tasksOf(ada);
  await publish(ada, task, { rule: 'FREQ=WEEKLY', exdates: ['2037-02-02'] });
  await put(...weekly('PRIORITY:1'));
  assert.deepEqual(await datesOf(ada), ['2037-01-05', undefined, undefined]);
  await put(...weekly('PRIORITY:1', 'EXDATE;VALUE=DATE:20370112'));
  assert.deepEqual(await datesOf(ada), ['2037-01-05', ['2037-01-12', '2037-02-02'], undefined]);
});

test('what a release before kept as properties is shown, and becomes dates with the next PUT', async () => {
  const { ada, dav, put } = await open();
  await put(...weekly());
  const kept = JSON.stringify(['vtodo', [['exdate', {}, 'date', '2037-01-12']], []]);
  await query(database_url, 'UPDATE todo_service.calendar_objects SET extra = $1 WHERE workspace_id = $2', [
    kept,
    ada.id,
  ]);
  const shown = await dav.get('a.ics');
  assert.match(shown, /EXDATE;VALUE=DATE:20370112/);
  await dav.send('PUT', `${collection}a.ics`, shown);
  assert.deepEqual(await datesOf(ada), ['2037-01-05', ['2037-01-12'], undefined]);
});

test('dates of a task without a recurrence are kept as they are', async () => {
  const { dav } = await open();
  await dav.put('b.ics', ['UID:b', 'SUMMARY:once', 'DUE;VALUE=DATE:20370105', 'EXDATE;VALUE=DATE:20370112']);
  assert.match(await dav.get('b.ics'), /EXDATE;VALUE=DATE:20370112/);
});

test('times keep their zone, and the feed has the same dates', async () => {
  const { ada, dav } = await open();
  const at = 'TZID=Europe/Berlin';
  const lines = [
    'UID:u1',
    'SUMMARY:Call',
    `DTSTART;${at}:20370105T090000`,
    `DUE;${at}:20370105T090000`,
    'RRULE:FREQ=WEEKLY',
    `EXDATE;${at}:20370112T090000`,
  ];
  assert.equal((await dav.send('PUT', `${collection}a.ics`, todo(...lines))).status, 201);
  const [task] = await tasksOf(ada);
  assert.deepEqual(task?.exdates, ['2037-01-12T09:00:00+01:00']);
  assert.match(await dav.get('a.ics'), /EXDATE;TZID=Europe\/Berlin:20370112T090000/);
  const { body } = await ada.call<{ path: string }>('POST', '/api/v1/calendar-feed');
  const feed = await (await fetch(`${service.url}${body.path}`)).text();
  assert.equal(feed.match(/EXDATE;TZID=Europe\/Berlin:20370112T090000/g)?.length, 2);
});

/** Publishes the series of a task, as Recurring does. */
async function publish(ada: TestPerson, task: Task | undefined, state: Partial<SeriesEvent>): Promise<void> {
  const [example] = (SeriesEvent as unknown as { examples: SeriesEvent[] }).examples;
  const of = { workspace_id: ada.id, series_id: task?.id, current_task_id: task?.id, time_zone: null };
  const data = { ...example, ...of, ...state, event_id: v7() } as SeriesEvent;
  await deliver('series-events', [{ specversion: '1.0', id: data.event_id, topic: 'series-events', data }]);
}
