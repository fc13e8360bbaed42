import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TaskDraft } from '@rondo/shared/contracts/task';
import { openObjectWriter } from '../../src/caldav/write-object.ts';
import { importText } from '../support/calendar-file.ts';
import { componentIn, exportCalendar, linesOf, taskOf } from '../support/calendar-task.ts';

describe('X9: alarms of an all-day task count from 9:00', () => {
  const triggers = (before: string[], more: Partial<TaskDraft> = {}, personZone: string | null = null) => {
    const fields = {
      title: 't',
      due_date: '2027-03-10',
      reminders: before.map((one) => ({ before: one })),
      ...more,
    };
    const text = exportCalendar([taskOf(fields)], 2026, { personZone });
    return componentIn(text, 'vtodo')
      .getAllSubcomponents('valarm')
      .map((alarm) => linesOf(alarm)[1]);
  };
  test('of the day', () => {
    assert.deepEqual(
      triggers(['PT1H', 'PT0S', 'P1D', 'P1W', 'PT9H', 'PT8H59M30S']),
      ['PT8H', 'PT9H', '-PT15H', '-P6DT15H', 'PT0S', 'PT30S'].map(
        (offset) => `TRIGGER;RELATED=END:${offset}`,
      ),
    );
  });
  test('of the task’s zone, if the person is in another one', () => {
    assert.deepEqual(triggers(['PT1H'], { time_zone: 'Asia/Tokyo' }, 'Europe/Berlin'), [
      'TRIGGER;VALUE=DATE-TIME:20270309T230000Z',
    ]);
  });
  test('not while the series is paused, which has no rule either; clients that write back still see both', () => {
    const task = taskOf({
      title: 't',
      due_date: '2027-03-10',
      recurrence_rule: 'FREQ=DAILY',
      reminders: [{ before: 'PT1H' }],
    });
    const series = {
      rule: 'FREQ=DAILY',
      anchor: '2027-03-10',
      time_zone: null,
      person_zone: null,
      exdates: [],
      rdates: [],
      gap: 'shift',
      month_end: 'clamp',
      is_paused: true,
      done: 0,
      current_task_id: task.id,
      scheduled: '2027-03-10',
      ended_reason: null,
    } as const;
    const state = { ...series, exdates: [], rdates: [] };
    assert.doesNotMatch(exportCalendar([task], 2026, { series: state }), /VALARM|RRULE/);
    const object = openObjectWriter(2026).textOf({ task, uid: 'a', parentUid: null, extra: null });
    assert.match(object, /RRULE:FREQ=DAILY[\s\S]*BEGIN:VALARM[\s\S]*END:VCALENDAR\r\n$/);
  });
});

describe('a reminder over a clock change', () => {
  const berlin = { time_zone: 'Europe/Berlin' };
  const spring = { due_date: '2027-03-28T09:00:00+02:00', ...berlin };
  const second = { due_date: '2027-10-31T02:30:00+01:00', ...berlin };
  const cases: [what: string, draft: Omit<TaskDraft, 'title'>, before: string, trigger: string][] = [
    ['of hours is an instant', spring, 'PT24H', 'VALUE=DATE-TIME:20270327T070000Z'],
    ['of days is a duration', spring, 'P1D', 'RELATED=END:-P1D'],
    [
      'of hours of an all-day task is an instant',
      { due_date: '2027-03-28' },
      'PT12H',
      'VALUE=DATE-TIME:20270327T190000Z',
    ],
    ['from a repeated time is an instant', second, 'P1D', 'VALUE=DATE-TIME:20271030T003000Z'],
    [
      'at a skipped time is an instant',
      { ...spring, due_date: '2027-03-29T02:30:00+02:00' },
      'P1D',
      'VALUE=DATE-TIME:20270328T013000Z',
    ],
  ];
  for (const [what, draft, before, trigger] of cases)
    test(what, async () => {
      const reminders = [{ before }];
      const text = exportCalendar([taskOf({ title: 't', ...draft, reminders })], 2026, {
        personZone: 'Europe/Berlin',
      });
      const alarm = componentIn(text, 'vtodo').getFirstSubcomponent('valarm');
      assert.ok(alarm);
      assert.equal(linesOf(alarm)[1], `TRIGGER;${trigger}`);
      // A due date in UTC has lost its zone, in which days are counted.
      if (draft === second) return;
      assert.deepEqual((await importText(text)).drafts[0]?.draft.reminders, reminders);
    });

  test('is not read from an alarm whose instant is another one', async () => {
    const text = exportCalendar([taskOf({ title: 't', ...spring, reminders: [{ before: 'PT24H' }] })]);
    const moved = text.replace(/DUE(.*):20270328/, 'DUE$1:20270329');
    assert.deepEqual((await importText(moved)).drafts[0]?.draft.reminders, [
      { at: '2027-03-27T07:00:00.000Z' },
    ]);
  });

  test('hours and seconds are written with minutes, as RFC 5545 says', () => {
    const text = exportCalendar([taskOf({ title: 't', ...spring, reminders: [{ before: 'PT1H30S' }] })]);
    assert.match(text, /TRIGGER;RELATED=END:-PT1H0M30S/);
  });
});
