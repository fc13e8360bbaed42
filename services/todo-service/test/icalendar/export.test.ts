import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import ICAL from 'ical.js';
import type { TaskDraft } from '@rondo/shared/contracts/task';
import { componentIn, exportCalendar, linesOf, taskOf } from '../support/calendar-task.ts';

const exported = (draft: TaskDraft) => exportCalendar([taskOf(draft)]);
const linesFor = (draft: TaskDraft, name = 'vtodo') => linesOf(componentIn(exported(draft), name));

test('a to-do has every field of the task', () => {
  const parent = '0198a0b0-0000-7000-8000-0000000000ff';
  const text = exportCalendar([
    taskOf(
      {
        title: 'Pay rent',
        description: 'to the bank;\nnot to Bob, ever',
        status: 'complete',
        priority: 2,
        labels: ['money', 'a,b'],
        list: 'home',
        parent_id: parent,
        start: '2026-11-25',
        due_date: '2026-12-01',
      },
      { version: 4, updated_at: '2026-11-22T08:00:00.500Z' },
    ),
  ]);
  assert.deepEqual(linesOf(componentIn(text, 'vtodo')), [
    'UID:0198a0b0-0000-7000-8000-000000000001@rondo',
    'DTSTAMP:20261122T080000Z',
    'CREATED:20261121T120000Z',
    'LAST-MODIFIED:20261122T080000Z',
    'SEQUENCE:3',
    'SUMMARY:Pay rent',
    String.raw`DESCRIPTION:to the bank\;\nnot to Bob\, ever`,
    'CLASS:PRIVATE',
    'PRIORITY:3',
    String.raw`CATEGORIES:money,a\,b,home`,
    'STATUS:COMPLETED',
    'DUE;VALUE=DATE:20261201',
    'DTSTART;VALUE=DATE:20261125',
    'COMPLETED:20261121T120000Z',
    'X-RONDO-LIST;VALUE=TEXT:home',
    `RELATED-TO:${parent}@rondo`,
  ]);
});

test('priorities 1, 2 and 3 become 1, 3 and 5; 4 is not written', () => {
  const priorityOf = (priority: number) =>
    linesFor({ title: 't', priority }).filter((line) => line.startsWith('PRIORITY'));
  assert.deepEqual([1, 2, 3, 4].map(priorityOf), [['PRIORITY:1'], ['PRIORITY:3'], ['PRIORITY:5'], []]);
});

test('an open task with a date is also an event, with another UID; other tasks are not', () => {
  const event = linesFor({ title: 't', due_date: '2026-12-01T09:00:00Z' }, 'vevent');
  assert.ok(event.includes('UID:0198a0b0-0000-7000-8000-000000000001-event@rondo'));
  assert.ok(event.includes('DTSTART:20261201T090000Z'));
  assert.ok(linesFor({ title: 't', start: '2026-12-01' }, 'vevent').includes('DTSTART;VALUE=DATE:20261201'));
  assert.doesNotMatch(exported({ title: 't', due_date: '2026-12-01', status: 'complete' }), /VEVENT/);
  assert.doesNotMatch(exported({ title: 't' }), /VEVENT/);
});

describe('a series', () => {
  const untilOf = (draft: Omit<TaskDraft, 'title'>) =>
    linesFor({ title: 't', ...draft }).filter((line) => /^(RRULE|DTSTART|DUE)/.test(line));

  test('begins at its due date, and its UNTIL has the type of DTSTART', () => {
    const zone = 'America/New_York';
    const timed = { due_date: '2026-12-01T09:00:00-05:00', time_zone: zone };
    const start = [`DUE;TZID=${zone}:20261201T090000`, `DTSTART;TZID=${zone}:20261201T090000`];
    assert.deepEqual(untilOf({ ...timed, recurrence_rule: 'FREQ=DAILY;UNTIL=20261210' }), [
      ...start,
      'RRULE:FREQ=DAILY;UNTIL=20261211T045959Z',
    ]);
    assert.deepEqual(untilOf({ ...timed, recurrence_rule: 'FREQ=DAILY;UNTIL=20261210T090000' }), [
      ...start,
      'RRULE:FREQ=DAILY;UNTIL=20261210T140000Z',
    ]);
    const allDay = { due_date: '2026-12-01', time_zone: zone };
    assert.deepEqual(untilOf({ ...allDay, recurrence_rule: 'FREQ=DAILY;UNTIL=20261211T030000Z' }), [
      'DUE;VALUE=DATE:20261201',
      'DTSTART;VALUE=DATE:20261201',
      'RRULE:FREQ=DAILY;UNTIL=20261210',
    ]);
  });

  test('that recurs by completion has no rule in its event', () => {
    const draft: TaskDraft = {
      title: 't',
      due_date: '2026-12-01',
      recurrence_rule: 'FREQ=DAILY;INTERVAL=3',
      recurrence_basis: 'completion',
    };
    assert.ok(linesFor(draft).includes('RRULE:FREQ=DAILY;INTERVAL=3'));
    assert.ok(!linesFor(draft, 'vevent').some((line) => line.startsWith('RRULE')));
  });

  test('has no rule if its task is complete or has no date', () => {
    const rule = 'FREQ=DAILY';
    assert.doesNotMatch(
      exported({ title: 't', status: 'complete', due_date: '2026-12-01', recurrence_rule: rule }),
      /RRULE/,
    );
    assert.doesNotMatch(exported({ title: 't', recurrence_rule: rule }), /RRULE/);
  });
});

test('start and due date have the value type of the due date', () => {
  const datesOf = (start: string, due_date: string) =>
    linesFor({ title: 't', start, due_date, time_zone: 'Asia/Kathmandu' }).filter((line) =>
      /^(DTSTART|DUE)/.test(line),
    );
  assert.deepEqual(datesOf('2026-12-01', '2026-12-02T09:00:00+05:45'), [
    'DUE;TZID=Asia/Kathmandu:20261202T090000',
    'DTSTART;TZID=Asia/Kathmandu:20261201T000000',
  ]);
  assert.deepEqual(datesOf('2026-11-30T20:00:00Z', '2026-12-02'), [
    'DUE;VALUE=DATE:20261202',
    'DTSTART;VALUE=DATE:20261201',
  ]);
});

test('reminders are alarms of the to-do only, at an instant or before the due date', () => {
  const text = exported({
    title: 'Call, now',
    due_date: '2026-12-01T09:00:00Z',
    reminders: [{ at: '2026-12-01T08:00:00+01:00' }, { before: 'PT2H' }],
  });
  const alarms = componentIn(text, 'vtodo').getAllSubcomponents('valarm');
  assert.deepEqual(
    alarms.map((alarm) => linesOf(alarm)),
    ['TRIGGER;VALUE=DATE-TIME:20261201T070000Z', 'TRIGGER;RELATED=END:-PT2H'].map((trigger) => [
      'ACTION:DISPLAY',
      trigger,
      String.raw`DESCRIPTION:Call\, now`,
    ]),
  );
  assert.deepEqual(componentIn(text, 'vevent').getAllSubcomponents('valarm'), []);
  assert.doesNotMatch(exported({ title: 't', reminders: [{ before: 'PT2H' }] }), /VALARM/);
});

describe('a VTIMEZONE', () => {
  for (const [zone, due, utc] of [
    ['Europe/Berlin', '2026-07-01T09:00:00+02:00', '2026-07-01T07:00:00Z'],
    ['Europe/Berlin', '2026-12-01T09:00:00+01:00', '2026-12-01T08:00:00Z'],
    ['Asia/Kathmandu', '2026-12-01T09:00:00+05:45', '2026-12-01T03:15:00Z'],
    ['Australia/Lord_Howe', '2026-10-04T01:59:00+10:30', '2026-10-03T15:29:00Z'],
    ['Australia/Lord_Howe', '2026-10-04T02:30:00+11:00', '2026-10-03T15:30:00Z'],
    ['America/New_York', '2026-01-01T00:30:00-05:00', '2026-01-01T05:30:00Z'],
    ['Pacific/Apia', '2011-12-29T23:00:00-10:00', '2011-12-30T09:00:00Z'],
  ] as const) {
    test(`gives readers without a time zone database the instant of ${due} in ${zone}`, () => {
      const calendar = new ICAL.Component(
        ICAL.parse(
          exportCalendar([taskOf({ title: 't', due_date: due, time_zone: zone })], Number(due.slice(0, 4))),
        ) as unknown[],
      );
      const time = calendar.getFirstSubcomponent('vtodo')?.getFirstPropertyValue('due') as ICAL.Time;
      assert.equal(time.zone.tzid, zone);
      assert.ok(time.zone.component, 'the file has the zone itself');
      assert.equal(time.toJSDate().toISOString(), utc.replace('Z', '.000Z'));
    });
  }

  test('is not used for years that it is not described for, which are in UTC', () => {
    const dueOf = (due_date: string) =>
      linesFor({ title: 't', due_date, time_zone: 'Europe/Berlin' }).find((line) => line.startsWith('DUE'));
    assert.equal(dueOf('2016-01-01T00:00:00+01:00'), 'DUE;TZID=Europe/Berlin:20160101T000000');
    assert.equal(dueOf('2015-12-31T23:59:59+01:00'), 'DUE:20151231T225959Z');
    assert.equal(dueOf('2038-12-31T23:59:59+01:00'), 'DUE;TZID=Europe/Berlin:20381231T235959');
    assert.equal(dueOf('2039-01-01T00:00:00+01:00'), 'DUE:20381231T230000Z');
  });

  test('covers ten years of a series, and occurs once', () => {
    const series = taskOf({
      title: 't',
      due_date: '2026-01-01T09:00:00+01:00',
      time_zone: 'Europe/Berlin',
      recurrence_rule: 'FREQ=MONTHLY',
    });
    const text = exportCalendar([series, series]);
    assert.equal(text.match(/BEGIN:VTIMEZONE/g)?.length, 1);
    assert.match(text, /DTSTART:20360330T020000\r\nTZOFFSETFROM:\+0100\r\nTZOFFSETTO:\+0200/);
  });

  test('is not used for the second occurrence of a local time, which is in UTC', () => {
    const dueOf = (due_date: string) =>
      linesFor({ title: 't', due_date, time_zone: 'Europe/Berlin' }).find((line) => line.startsWith('DUE'));
    assert.equal(dueOf('2026-10-25T02:30:00+02:00'), 'DUE;TZID=Europe/Berlin:20261025T023000');
    assert.equal(dueOf('2026-10-25T02:30:00+01:00'), 'DUE:20261025T013000Z');
  });
});

test('a title can not add lines, properties or components', () => {
  const title = 'x\r\nEND:VTODO\nBEGIN:VTODO\rATTACH;VALUE=URI:https://example.com,;\\n\u0007';
  const text = exported({ title, labels: [title.slice(0, 60)], list: title.slice(0, 100) });
  const calendar = new ICAL.Component(ICAL.parse(text) as unknown[]);
  assert.equal(calendar.getAllSubcomponents().length, 1);
  assert.equal(
    componentIn(text, 'vtodo').getFirstPropertyValue('summary'),
    'x\nEND:VTODO\nBEGIN:VTODO\nATTACH;VALUE=URI:https://example.com,;\\n',
  );
  assert.doesNotMatch(text, /^(ATTACH|END:VTODO\n)/m);
});

const text = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 255 })
  .filter((value) => /^[^\0\p{Cs}]*$/u.test(value) && value.trim() !== '');
const drafts = fc.record<TaskDraft>(
  {
    title: text,
    description: text,
    labels: fc.uniqueArray(
      text.map((label) => Array.from(label).slice(0, 60).join('')),
      { maxLength: 4 },
    ),
    list: text.map((list) => Array.from(list).slice(0, 100).join('')),
    priority: fc.integer({ min: 1, max: 4 }),
    due_date: fc
      .date({
        min: new Date('1001-01-02T00:00:00Z'),
        max: new Date('9998-12-30T00:00:00Z'),
        noInvalidDate: true,
      })
      .map((date) => date.toISOString()),
    time_zone: fc.constantFrom('Europe/Berlin', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'UTC', null),
    recurrence_rule: fc.constantFrom(
      'FREQ=DAILY',
      'FREQ=MONTHLY;BYDAY=1MO,-1FR;BYSETPOS=-1',
      'FREQ=DAILY;UNTIL=20270101',
      null,
    ),
    reminders: fc.array(fc.constantFrom({ before: 'P1W' }, { before: 'PT90M' }, { before: 'PT1H30S' })),
  },
  { requiredKeys: ['title'] },
);

test('a long line is folded to 75 octets, never inside a character', () => {
  for (const character of ['x', 'é', '漢', '😀', ' ']) {
    const description = `.${character.repeat(400)}.`;
    const written = exported({ title: 't', description });
    const lengths = written.split('\r\n').map((line) => Buffer.byteLength(line));
    assert.ok(Math.max(...lengths) <= 75, `${character}: ${Math.max(...lengths)}`);
    assert.ok(Math.max(...lengths) >= 72);
    assert.equal(componentIn(written, 'vtodo').getFirstPropertyValue('description'), description);
  }
});

test('any task is written in lines of at most 75 octets, and is parsed back the same', () => {
  fc.assert(
    fc.property(drafts, (draft) => {
      const task = taskOf(draft);
      const written = exportCalendar([task]);
      assert.ok(written.endsWith('END:VCALENDAR\r\n'));
      for (const line of written.split('\r\n')) {
        assert.ok(Buffer.byteLength(line) <= 75, line);
        assert.doesNotMatch(line, /(?!\t)[\p{Cc}\p{Cs}]/u);
      }
      const todo = componentIn(written, 'vtodo');
      const plain = (value: string | null) =>
        value && value.replaceAll(/\r\n?/g, '\n').replaceAll(/(?![\t\n])\p{Cc}/gu, '');
      assert.equal(todo.getFirstPropertyValue('summary'), plain(task.title));
      assert.equal(todo.getFirstPropertyValue('description'), plain(task.description));
      const due = todo.getFirstPropertyValue('due') as ICAL.Time | null;
      const whole = task.due_date && Math.floor(Date.parse(task.due_date) / 1_000);
      assert.equal(due && due.toUnixTime(), whole);
    }),
    { numRuns: 60 },
  );
});
