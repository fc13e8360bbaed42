import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PublishedSeries } from '@rondo/shared/contracts/series-event';
import type { TaskDraft } from '@rondo/shared/contracts/task';
import { componentIn, exportCalendar, linesOf, publishedSeriesOf, taskOf } from '../support/calendar-task.ts';

type Known = Partial<PublishedSeries> & { personZone?: string };

/** The lines of an entry that begin with one of these names. */
function lines(names: RegExp, fields: Omit<TaskDraft, 'title'>, known?: Known, name = 'vevent'): string[] {
  const task = taskOf({ title: 't', ...fields });
  const { personZone = null, ...state } = known ?? {};
  const series = publishedSeriesOf(task, { person_zone: personZone, ...state });
  const text = exportCalendar([task], 2026, { ...(known ? { series } : {}), personZone });
  return linesOf(componentIn(text, name)).filter((line) => names.test(line));
}
const dates = /^(DTSTART|DTEND|RRULE|EXDATE|RDATE)/;
const repetition = /^(RRULE|EXDATE|RDATE)/;

describe('X2: an event lasts from the start to the due date', () => {
  const zone = 'Europe/Berlin';
  test('of a time', () => {
    const fields = {
      start: '2027-03-10T09:00:00+01:00',
      due_date: '2027-03-10T11:30:00+01:00',
      time_zone: zone,
    };
    assert.deepEqual(lines(dates, fields), [
      `DTSTART;TZID=${zone}:20270310T090000`,
      `DTEND;TZID=${zone}:20270310T113000`,
    ]);
    assert.deepEqual(lines(dates, { ...fields, recurrence_rule: 'FREQ=WEEKLY;COUNT=3' }), [
      `DTSTART;TZID=${zone}:20270310T090000`,
      `DTEND;TZID=${zone}:20270310T113000`,
      'RRULE:FREQ=WEEKLY;COUNT=3',
    ]);
  });

  test('of a day, with the due day in it', () => {
    assert.deepEqual(lines(dates, { start: '2027-03-10', due_date: '2027-03-12' }), [
      'DTSTART;VALUE=DATE:20270310',
      'DTEND;VALUE=DATE:20270313',
    ]);
    assert.deepEqual(lines(dates, { start: '2027-03-10', due_date: '2027-03-10' }), [
      'DTSTART;VALUE=DATE:20270310',
    ]);
  });

  test('that starts on another day than its rule says repeats on dates', () => {
    const fields = {
      start: '2027-02-28',
      due_date: '2027-03-01',
      recurrence_rule: 'FREQ=MONTHLY;BYMONTHDAY=1;COUNT=3',
    };
    assert.deepEqual(lines(repetition, fields), ['RDATE;VALUE=DATE:20270331,20270430']);
  });
});

describe('X3: the dates are those of the product', () => {
  test('a short month has its last day', () => {
    const rule = (day: string, text = 'FREQ=MONTHLY') =>
      lines(repetition, { due_date: day, recurrence_rule: text });
    const monthly = (days: string) => [`RRULE:FREQ=MONTHLY;BYMONTHDAY=${days};BYSETPOS=-1`];
    assert.deepEqual(rule('2027-01-31'), monthly('28,29,30,31'));
    assert.deepEqual(rule('2027-01-30'), monthly('28,29,30'));
    assert.deepEqual(rule('2027-01-28'), ['RRULE:FREQ=MONTHLY']);
    assert.deepEqual(rule('2028-02-29', 'FREQ=YEARLY'), [
      'RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1',
    ]);
  });

  test('an occurrence on the last day of a short month returns to the day of the series', () => {
    const fields = { due_date: '2027-02-28', recurrence_rule: 'FREQ=MONTHLY' };
    assert.deepEqual(lines(repetition, fields, { anchor: '2027-01-31', done: 1 }), [
      'RRULE:FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1',
    ]);
    assert.deepEqual(lines(repetition, fields, { anchor: '2027-02-28', month_end: 'skip' }), [
      'RRULE:FREQ=MONTHLY',
    ]);
  });

  test('what is left out and added is written, in the form of DTSTART', () => {
    const given = { exdates: ['2027-03-03'], rdates: ['2027-03-20'] };
    const daily = { recurrence_rule: 'FREQ=DAILY;COUNT=10' };
    const allDay = ['RRULE:FREQ=DAILY;COUNT=10', 'EXDATE;VALUE=DATE:20270303', 'RDATE;VALUE=DATE:20270320'];
    assert.deepEqual(lines(repetition, { ...daily, due_date: '2027-03-01' }, given), allDay);
    assert.deepEqual(lines(repetition, { ...daily, due_date: '2027-03-01' }, given, 'vtodo'), allDay);
    const timed = { ...daily, due_date: '2027-03-01T09:00:00+01:00', time_zone: 'Europe/Berlin' };
    assert.deepEqual(lines(repetition, timed, given), [
      'RRULE:FREQ=DAILY;COUNT=10',
      'EXDATE;TZID=Europe/Berlin:20270303T090000',
      'RDATE;TZID=Europe/Berlin:20270320T090000',
    ]);
  });

  test('COUNT is what remains', () => {
    const fields = { due_date: '2027-03-03', recurrence_rule: 'FREQ=DAILY;COUNT=10' };
    const known = { anchor: '2027-03-01', done: 2 };
    assert.deepEqual(lines(repetition, fields, known), ['RRULE:FREQ=DAILY;COUNT=8']);
    assert.deepEqual(lines(repetition, fields, known, 'vtodo'), ['RRULE:FREQ=DAILY;COUNT=8']);
  });

  test('COUNT of a to-do that counts from completion is what is not done, and at least the open one', () => {
    const fields = { due_date: '2027-03-09', recurrence_rule: 'FREQ=DAILY;COUNT=10' } as const;
    const rules = (done: number) =>
      lines(
        repetition,
        { ...fields, recurrence_basis: 'completion' },
        { anchor: '2027-03-01', done },
        'vtodo',
      );
    assert.deepEqual([rules(2), rules(10)], [['RRULE:FREQ=DAILY;COUNT=8'], ['RRULE:FREQ=DAILY;COUNT=1']]);
  });

  test('a paused or ended series does not repeat', () => {
    const fields = { due_date: '2027-03-03', recurrence_rule: 'FREQ=DAILY' };
    assert.deepEqual(lines(repetition, fields, { is_paused: true }), []);
    assert.deepEqual(lines(repetition, fields, { ended_reason: 'no-date' }), []);
  });

  test('a time that the clock skips is written as dates', () => {
    const fields = { due_date: '2027-03-21T02:30:00+01:00', time_zone: 'Europe/Berlin' };
    assert.deepEqual(lines(repetition, { ...fields, recurrence_rule: 'FREQ=WEEKLY;COUNT=3' }), [
      'RDATE;TZID=Europe/Berlin:20270328T033000,20270404T023000',
    ]);
  });

  test('a time that the clock skips is written as dates if the series leaves it out: some readers move it', () => {
    const fields = {
      due_date: '2027-03-21T02:30:00+01:00',
      time_zone: 'Europe/Berlin',
      recurrence_rule: 'FREQ=WEEKLY;UNTIL=20270412',
    };
    assert.deepEqual(lines(repetition, fields, { gap: 'skip' }), [
      'RDATE;TZID=Europe/Berlin:20270404T023000,20270411T023000',
    ]);
  });

  test('an occurrence that a clock change shortens is a period', () => {
    const fields = {
      start: '2027-03-27T02:30:00+01:00',
      due_date: '2027-03-27T05:00:00+01:00',
      time_zone: 'Europe/Berlin',
      recurrence_rule: 'FREQ=DAILY;COUNT=3',
    };
    assert.deepEqual(lines(repetition, fields), [
      'RDATE;TZID=Europe/Berlin:20270329T023000',
      'RDATE;TZID=Europe/Berlin;VALUE=PERIOD:20270328T033000/20270328T050000',
    ]);
  });

  test('the rule of a series of days has no times of day', () => {
    const fields = { due_date: '2027-03-10', recurrence_rule: 'FREQ=WEEKLY;BYHOUR=9,17;BYMINUTE=30' };
    assert.deepEqual(lines(repetition, fields), ['RRULE:FREQ=WEEKLY']);
    assert.deepEqual(lines(repetition, fields, undefined, 'vtodo'), ['RRULE:FREQ=WEEKLY']);
  });

  test('a moved occurrence is followed by the dates of its series', () => {
    const fields = { due_date: '2027-03-03', recurrence_rule: 'FREQ=WEEKLY;COUNT=3' };
    assert.deepEqual(lines(repetition, fields, { anchor: '2027-03-01', scheduled: '2027-03-01' }), [
      'RDATE;VALUE=DATE:20270308,20270315',
    ]);
  });

  test('a series without a zone is in that of the person', () => {
    const fields = { due_date: '2027-03-21T08:00:00Z', recurrence_rule: 'FREQ=WEEKLY' };
    const known = { anchor: '2027-03-21T09:00:00', personZone: 'Europe/Berlin' };
    assert.deepEqual(lines(dates, fields, known), [
      'DTSTART;TZID=Europe/Berlin:20270321T090000',
      'RRULE:FREQ=WEEKLY',
    ]);
  });

  test('a series that is not that of the task is not used', () => {
    const fields = { due_date: '2027-03-03', recurrence_rule: 'FREQ=DAILY' };
    for (const other of [{ current_task_id: crypto.randomUUID() }, { rule: 'FREQ=WEEKLY' }])
      assert.deepEqual(lines(repetition, fields, { ...other, is_paused: true }), ['RRULE:FREQ=DAILY']);
  });
});

test('X10: all labels and the list are one CATEGORIES line', () => {
  assert.deepEqual(lines(/^CATEGORIES/, { due_date: '2027-03-10', labels: ['a', 'b'], list: 'c' }), [
    'CATEGORIES:a,b,c',
  ]);
});

test('no rule of a person blocks the event loop for 50 ms', () => {
  const rules = [
    'FREQ=SECONDLY',
    'FREQ=YEARLY;BYMONTH=1;BYYEARDAY=200',
    'FREQ=DAILY;COUNT=999999999',
    'FREQ=HOURLY;BYHOUR=2',
  ];
  for (const rule of rules) {
    const task = taskOf({
      title: 't',
      due_date: '2026-12-01T09:00:00Z',
      time_zone: 'Europe/Berlin',
      recurrence_rule: rule,
    });
    const times = Array.from({ length: 4 }, () => {
      const start = performance.now();
      exportCalendar([task]);
      return performance.now() - start;
    });
    assert.ok(Math.min(...times) < 50, `${rule}: ${Math.min(...times)} ms`);
  }
});
