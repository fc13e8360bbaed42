import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { TaskDraft } from '@rondo/shared/contracts/task';
import { AppError } from '@rondo/shared/errors';
import { anyRule } from '@rondo/recurrence/test/arbitrary-series';
import { berlin, entry, importText, readTodo, reasonsOf } from '../support/calendar-file.ts';
import { calendarOf, exportCalendar, taskOf } from '../support/calendar-task.ts';

const roundTrips: [what: string, draft: TaskDraft][] = [
  ['only a title', { title: 'Grüße, 漢字; 😀\\n' }],
  [
    'every field',
    {
      title: 'Pay rent',
      description: 'line\n\nafter line,\twith a tab; and \\ more',
      status: 'in_progress',
      priority: 2,
      labels: ['money', 'a,b;c\\', 'home'],
      list: 'home',
      due_date: '2026-12-01',
    },
  ],
  ['a list that is not a label', { title: 't', labels: ['money'], list: 'home' }],
  ['a complete task', { title: 't', status: 'complete', due_date: '2026-12-01', priority: 1 }],
  ['an all-day range', { title: 't', start: '2026-11-25', due_date: '2026-12-01', priority: 3 }],
  ['only a start', { title: 't', start: '2026-11-25' }],
  ['an instant', { title: 't', due_date: '2026-12-01T09:00:30Z' }],
  ...(
    [
      [berlin, '2026-03-28T02:30:00+01:00', '2026-03-29T03:00:00+02:00'],
      ['Asia/Kathmandu', '2026-12-01T00:15:00+05:45', '2026-12-01T09:00:59+05:45'],
      ['Australia/Lord_Howe', '2026-10-04T01:59:00+10:30', '2026-10-04T02:30:00+11:00'],
      ['America/St_Johns', '2026-07-01T00:00:00-02:30', '2026-12-01T09:00:00-03:30'],
    ] as const
  ).map(([time_zone, start, due_date]): [string, TaskDraft] => [
    `times in ${time_zone}`,
    { title: 't', start, due_date, time_zone },
  ]),
  [
    'a series with its start, rule and reminders',
    {
      title: 't',
      start: '2026-11-30',
      due_date: '2026-12-01T09:00:00+01:00',
      time_zone: berlin,
      recurrence_rule: 'FREQ=MONTHLY;INTERVAL=2;COUNT=12;BYDAY=1TU,-1FR;WKST=SU',
      reminders: [
        { at: '2026-12-01T06:00:00.000Z' },
        { before: 'P1D' },
        { before: 'PT2H30M' },
        { before: 'P2W' },
      ],
    },
  ],
  ['an all-day series', { title: 't', due_date: '2026-12-01', recurrence_rule: 'FREQ=DAILY;UNTIL=20261231' }],
  ['a series that starts', { title: 't', start: '2026-12-01', recurrence_rule: 'FREQ=WEEKLY' }],
  [
    'a series by completion',
    {
      title: 't',
      due_date: '2026-12-01',
      recurrence_rule: 'FREQ=DAILY;INTERVAL=3',
      recurrence_basis: 'completion',
    },
  ],
];

describe('an export is imported unchanged:', () => {
  for (const [what, draft] of roundTrips) {
    test(what, async () => {
      const task = taskOf(draft);
      const { drafts, skipped, notes } = await importText(exportCalendar([task]), 'Pacific/Auckland');
      assert.deepEqual(reasonsOf(notes), []);
      const isShownTwice = task.status !== 'complete' && (task.due_date ?? task.start) !== null;
      assert.deepEqual(
        reasonsOf(skipped),
        isShownTwice ? ['it is the same task as a to-do in this file'] : [],
      );
      const again = taskOf(drafts[0]?.draft ?? { title: 'nothing' });
      assert.deepEqual(again, task);
    });
  }
});

test('UID, parent and RECURRENCE-ID are returned with the draft', async () => {
  const { drafts, notes } = await readTodo(
    'RELATED-TO;RELTYPE=SIBLING:u0',
    'RELATED-TO:u2',
    'RECURRENCE-ID:20261201T090000Z',
    'RRULE:FREQ=DAILY',
  );
  assert.deepEqual(
    drafts.map(({ draft: { recurrence_rule }, uid, recurrenceId, parentUid }) => ({
      uid,
      recurrenceId,
      parentUid,
      recurrence_rule,
    })),
    [{ uid: 'u1', recurrenceId: '2026-12-01T09:00:00Z', parentUid: 'u2', recurrence_rule: undefined }],
  );
  assert.deepEqual(reasonsOf(notes), [
    'it is a separate task; its series is not in this file, and may contain the date that it changes',
  ]);
});

test('all calendars of a file are read; a rule inside a description stays text', async () => {
  const one = calendarOf(entry('VTODO', ['DESCRIPTION:see\u2028RRULE:FREQ=DAILY']));
  const { drafts } = await importText(one + calendarOf(entry('VTODO', []).replace('u1', 'u2')));
  assert.deepEqual(
    drafts.map(({ uid }) => uid),
    ['u1', 'u2'],
  );
  assert.equal(drafts[0]?.draft.description, 'see\u2028RRULE:FREQ=DAILY');
});

test('every exported rule is imported unchanged', async () => {
  await fc.assert(
    fc.asyncProperty(anyRule, async (rule) => {
      const task = taskOf({ title: 't', due_date: '2026-12-01T09:00:00Z', recurrence_rule: rule });
      const { drafts } = await importText(exportCalendar([task]));
      assert.equal(drafts[0]?.draft.recurrence_rule, task.recurrence_rule);
    }),
  );
});

test('a damaged file is read or refused with 422; nothing else is thrown', async () => {
  const whole = exportCalendar(roundTrips.map(([, draft]) => taskOf(draft))).replaceAll(
    '@rondo',
    '@elsewhere',
  );
  const lines = whole.split('\r\n');
  const damage = fc.record({
    line: fc.nat(lines.length - 1),
    at: fc.nat(40),
    cut: fc.nat(10),
    put: fc.oneof(
      fc.constantFrom('', ';', ':', '=', '"', '\\', ';VALUE=DATE:', ';TZID=x:', 'Z', '-', '99999999', '\r\n'),
      fc.string({ maxLength: 8 }),
    ),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 12 }), async (damages) => {
      const broken = [...lines];
      for (const { line, at, cut, put } of damages) {
        const text = broken[line] ?? '';
        broken[line] = text.slice(0, at) + put + text.slice(at + cut);
      }
      try {
        const { drafts, skipped } = await importText(broken.join('\r\n'));
        assert.ok(drafts.length + skipped.length > 0);
        for (const { draft } of drafts) taskOf(draft);
      } catch (error) {
        assert.ok(error instanceof AppError && error.status === 422, String(error));
      }
    }),
    { numRuns: 300 },
  );
});

describe('a file that is not iCalendar is 422:', () => {
  for (const [what, text, reason] of [
    ['an empty one', '', /does not begin with BEGIN:VCALENDAR/],
    ['a vCard', 'BEGIN:VCARD\r\nFN:Ada\r\nEND:VCARD', /does not begin with BEGIN:VCALENDAR/],
    ['HTML', '<!doctype html>', /does not begin with BEGIN:VCALENDAR/],
    ['a file that was cut off', calendarOf(entry('VTODO', [])).slice(0, -20), /began but did not end/],
    ['properties without a component', 'SUMMARY:Buy milk', /does not begin with BEGIN:VCALENDAR/],
    ['one END too many', `${calendarOf()}END:VCALENDAR\r\nSUMMARY:x`, /its lines are not well-formed/],
  ] as const) {
    test(what, async () => {
      await assert.rejects(
        () => importText(text),
        (error) => error instanceof AppError && error.status === 422 && reason.test(error.message),
      );
    });
  }
});
