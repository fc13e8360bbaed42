import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PublishedSeries } from '@rondo/shared/contracts/series-event';
import type { Task, TaskDraft } from '@rondo/shared/contracts/task';
import { berlin, draftOf, entry, importText, read, readEvent, readTodo } from '../support/calendar-file.ts';
import {
  calendarOf,
  componentIn,
  exportCalendar,
  linesOf,
  publishedSeriesOf,
  taskOf,
} from '../support/calendar-task.ts';

const pills: TaskDraft = {
  title: 'pills',
  is_floating: true,
  time_zone: berlin,
  start: '2027-03-10T07:00:00',
  due_date: '2027-03-10T08:00:00',
};
const daily: TaskDraft = { ...pills, recurrence_rule: 'FREQ=DAILY;UNTIL=20270320T070000Z' };

const datesIn = (task: Task, name: 'vtodo' | 'vevent', series?: PublishedSeries) => {
  const text = exportCalendar([task], 2027, { personZone: berlin, ...(series ? { series } : {}) });
  assert.equal(text.includes('VTIMEZONE'), false);
  return linesOf(componentIn(text, name)).filter((line) =>
    /^(DT(START|END)|DUE|RRULE|EXDATE|RDATE|X-.*START)/.test(line),
  );
};

describe('a floating task is written as local time', () => {
  test('in the to-do and in the event', () => {
    const task = taskOf(pills);
    assert.deepEqual(datesIn(task, 'vtodo'), ['DUE:20270310T080000', 'DTSTART:20270310T070000']);
    assert.deepEqual(datesIn(task, 'vevent'), ['DTSTART:20270310T070000', 'DTEND:20270310T080000']);
  });

  test('with its rule, its UNTIL, and the dates that are left out and added', () => {
    const task = taskOf({ ...daily, start: null });
    const series = publishedSeriesOf(task, {
      exdates: ['2027-03-12T08:00:00+01:00'],
      rdates: ['2027-03-15T20:00:00+01:00'],
    });
    const repeated = [
      'RRULE:FREQ=DAILY;UNTIL=20270320T080000',
      'EXDATE:20270312T080000',
      'RDATE:20270315T200000',
    ];
    assert.deepEqual(datesIn(task, 'vtodo', series), [
      'DUE:20270310T080000',
      'DTSTART:20270310T080000',
      ...repeated,
    ]);
    assert.deepEqual(datesIn(task, 'vevent', series), ['DTSTART:20270310T080000', ...repeated]);
  });

  test('also the second of two equal times, which has no other form', () => {
    const task = taskOf({ ...pills, start: null, due_date: '2026-10-25T02:30:00+01:00' });
    assert.deepEqual(datesIn(task, 'vtodo'), ['DUE:20261025T023000']);
  });

  test('and read as the same task', async () => {
    const task = taskOf(daily);
    const { drafts } = await importText(exportCalendar([task], 2027, { personZone: berlin }));
    const { start, due_date, time_zone, is_floating, recurrence_rule } = drafts[0]?.draft ?? { title: '' };
    assert.deepEqual(
      { start, due_date, time_zone, is_floating, recurrence_rule },
      {
        start: task.start,
        due_date: task.due_date,
        time_zone: berlin,
        is_floating: true,
        recurrence_rule: 'FREQ=DAILY;UNTIL=20270320T080000',
      },
    );
  });
});

describe('a time without a zone in a file becomes a floating task', () => {
  const floats = async (file: ReturnType<typeof read>) => {
    const { due_date, time_zone, is_floating } = draftOf(await file);
    return [due_date, time_zone, is_floating];
  };
  const at = ['2027-03-10T09:00:00+01:00', berlin];

  test('of a to-do, and of an event by its end or duration', async () => {
    assert.deepEqual(await floats(readTodo('DUE:20270310T090000')), [...at, true]);
    assert.deepEqual(await floats(readTodo('DTSTART:20270310T080000', 'DURATION:PT1H')), [...at, true]);
    assert.deepEqual(await floats(readEvent('DTSTART:20270310T080000', 'DURATION:PT1H')), [...at, true]);
    assert.deepEqual(await floats(readEvent('DTSTART:20270310T080000', 'DTEND:20270310T090000')), [
      ...at,
      true,
    ]);
  });

  test('not if the calendar has a zone, or the time has one, or it is all-day', async () => {
    const file = calendarOf(`X-WR-TIMEZONE:${berlin}`, entry('VTODO', ['DUE:20270310T090000']));
    assert.deepEqual(await floats(importText(file, 'Asia/Tokyo')), [...at, undefined]);
    assert.deepEqual(await floats(readTodo(`DUE;TZID=${berlin}:20270310T090000`)), [...at, undefined]);
    assert.deepEqual(await floats(readTodo('DUE:20270310T080000Z')), [
      '2027-03-10T08:00:00Z',
      null,
      undefined,
    ]);
    assert.deepEqual(await floats(readTodo('DUE;VALUE=DATE:20270310')), ['2027-03-10', null, undefined]);
    const unknown = await read(entry('VTODO', ['DUE;TZID=Mars/Olympus:20270310T090000']));
    assert.equal(unknown.drafts[0]?.draft.is_floating, undefined);
  });
});
