import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { TaskDraft } from '@rondo/shared/contracts/task';
import { AppError } from '@rondo/shared/errors';
import { anyRule } from '@rondo/recurrence/test/arbitrary-series';
import { exportCalendar } from '../../src/icalendar/export.ts';
import { importCalendar } from '../../src/icalendar/import.ts';
import { calendarOf, taskOf } from '../support/calendar-task.ts';

const berlin = 'Europe/Berlin';

const entry = (kind: string, lines: string[]) =>
  [`BEGIN:${kind}`, 'UID:u1', 'DTSTAMP:20261121T120000Z', 'SUMMARY:Buy milk', ...lines, `END:${kind}`].join(
    '\r\n',
  );
const read = (...components: string[]) => importCalendar(calendarOf(...components), berlin);
const todo = (...lines: string[]) => read(entry('VTODO', lines));
const event = (...lines: string[]) => read(entry('VEVENT', lines));

/** The one task of a file of which nothing is left out. */
function draftOf({ drafts, skipped, notes }: ReturnType<typeof importCalendar>): TaskDraft {
  assert.deepEqual([skipped, notes], [[], []]);
  assert.equal(drafts.length, 1);
  return drafts[0]?.draft ?? { title: 'nothing' };
}
const datesOf = ({ start, due_date, time_zone }: TaskDraft) => ({ start, due_date, time_zone });
const reasonsOf = (remarks: { reason: string }[]) => remarks.map(({ reason }) => reason);

const roundTrips: [what: string, draft: TaskDraft][] = [
  ['a title alone', { title: 'Grüße, 漢字; 😀\\n' }],
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
  ['a list that is no label', { title: 't', labels: ['money'], list: 'home' }],
  ['what is done', { title: 't', status: 'complete', due_date: '2026-12-01', priority: 1 }],
  ['an all-day range', { title: 't', start: '2026-11-25', due_date: '2026-12-01', priority: 3 }],
  ['a start alone', { title: 't', start: '2026-11-25' }],
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

describe('what was exported comes back', () => {
  for (const [what, draft] of roundTrips) {
    test(what, () => {
      const task = taskOf(draft);
      const { drafts, skipped, notes } = importCalendar(exportCalendar([task]), 'Pacific/Auckland');
      assert.deepEqual(reasonsOf(notes), []);
      const isShownTwice = task.status !== 'complete' && (task.due_date ?? task.start) !== null;
      assert.deepEqual(reasonsOf(skipped), isShownTwice ? ['it shows a to-do of this file once more'] : []);
      const again = taskOf(drafts[0]?.draft ?? { title: 'nothing' });
      assert.deepEqual(again, task);
    });
  }
});

test('a UID, a parent and a changed date of a series are told with the task', () => {
  const { drafts, notes } = todo(
    'RELATED-TO;RELTYPE=SIBLING:u0',
    'RELATED-TO:u2',
    'RECURRENCE-ID:20261201T090000Z',
    'RRULE:FREQ=DAILY',
  );
  assert.deepEqual(
    drafts.map(({ draft: { recurrence_rule }, ...rest }) => ({ ...rest, recurrence_rule })),
    [{ uid: 'u1', recurrence_id: '2026-12-01T09:00:00Z', parent_uid: 'u2', recurrence_rule: undefined }],
  );
  assert.deepEqual(reasonsOf(notes), [
    'it is a task of its own; its series still has the date that it changes',
  ]);
});

describe('times', () => {
  test('of an event are when its task is due; all-day stays all-day', () => {
    assert.deepEqual(datesOf(draftOf(event('DTSTART;VALUE=DATE:20261201', 'DTEND;VALUE=DATE:20261203'))), {
      start: null,
      due_date: '2026-12-01',
      time_zone: null,
    });
  });

  test('that float are on the clock of whoever imports them', () => {
    const due = { start: null, due_date: '2026-12-01T09:00:00+01:00', time_zone: berlin };
    assert.deepEqual(datesOf(draftOf(event('DTSTART:20261201T090000'))), due);
  });

  test('in a zone of the IANA database have it, whether the file describes it or not', () => {
    assert.deepEqual(datesOf(draftOf(todo('DUE;TZID="Australia/Lord_Howe":20261004T021500'))), {
      start: null,
      // The clock leaves half past two out: what it skips is later by the gap.
      due_date: '2026-10-04T02:45:00+11:00',
      time_zone: 'Australia/Lord_Howe',
    });
  });

  const outlook = (...lines: string[]) =>
    [
      'BEGIN:VTIMEZONE',
      'TZID:Somewhere Standard Time',
      ...lines,
      'BEGIN:STANDARD',
      'DTSTART:16011028T030000',
      'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10',
      'TZOFFSETFROM:+0245',
      'TZOFFSETTO:+0145',
      'END:STANDARD',
      'BEGIN:DAYLIGHT',
      'DTSTART:16010325T020000',
      'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3',
      'TZOFFSETFROM:+0145',
      'TZOFFSETTO:+0245',
      'END:DAYLIGHT',
      'END:VTIMEZONE',
    ].join('\r\n');
  const dueIn = (zone: string, time: string) =>
    datesOf(draftOf(read(zone, entry('VTODO', [`DUE;TZID=Somewhere Standard Time:${time}`]))));

  test('in a zone of the file alone have the offset that it describes', () => {
    const due = (due_date: string) => ({ start: null, due_date, time_zone: null });
    assert.deepEqual(dueIn(outlook(), '20261201T090000'), due('2026-12-01T09:00:00+01:45'));
    assert.deepEqual(dueIn(outlook(), '20260701T090000'), due('2026-07-01T09:00:00+02:45'));
    assert.deepEqual(dueIn(outlook(), '95000701T090000').due_date?.slice(0, 10), '9500-07-01');
  });

  test('in a zone that says which one of the IANA database it is are in that one', () => {
    assert.deepEqual(dueIn(outlook('X-LIC-LOCATION:Asia/Kathmandu'), '20261201T090000'), {
      start: null,
      due_date: '2026-12-01T09:00:00+05:45',
      time_zone: 'Asia/Kathmandu',
    });
  });

  for (const rule of [
    'FREQ=SECONDLY',
    'FREQ=YEARLY;BYMONTH=2;BYDAY=6SU',
    'FREQ=YEARLY;BYSETPOS=300;BYDAY=SU',
    'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=YEARLY;BYMONTHDAY=1,2,3,4,5,6,7,8,9,10',
    'FREQ=NEVER',
  ]) {
    test(`in a zone that changes its clock by ${rule} can't be followed, and cost no time`, () => {
      const zone = outlook().replace('FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3', rule);
      const { skipped } = read(zone, entry('VTODO', ['DUE;TZID=Somewhere Standard Time:20261201T090000']));
      assert.deepEqual(reasonsOf(skipped), ['DUE is in a time zone that the file does not describe']);
    });
  }

  for (const rule of ['FREQ=YEARLY;BYMONTH=2;BYDAY=5SU', 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29']) {
    test(`in a zone that changes its clock by ${rule} are found, however rare that is`, () => {
      const zone = outlook().replace('FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3', rule);
      assert.equal(dueIn(zone, '20261201T090000').due_date, '2026-12-01T09:00:00+01:45');
    });
  }

  test('of a to-do may be a start and a length: days by the calendar, hours by the clock', () => {
    const zoned = `DTSTART;TZID=${berlin}:20260328T120000`;
    assert.equal(draftOf(todo(zoned, 'DURATION:P1D')).due_date, '2026-03-29T12:00:00+02:00');
    assert.equal(draftOf(todo(zoned, 'DURATION:PT24H')).due_date, '2026-03-29T13:00:00+02:00');
    assert.equal(draftOf(todo('DTSTART;VALUE=DATE:20260328', 'DURATION:P1W')).due_date, '2026-04-04');
  });

  test('that contradict each other lose the start', () => {
    const { drafts, notes } = todo('DTSTART;VALUE=DATE:20261202', 'DUE;VALUE=DATE:20261201');
    assert.deepEqual([drafts[0]?.draft.start, drafts[0]?.draft.due_date], [null, '2026-12-01']);
    assert.deepEqual(reasonsOf(notes), ['its start is left out: it comes after the due date']);
  });
});

test('status, priority and categories become ours', () => {
  const statusOf = (...lines: string[]) => draftOf(todo(...lines)).status;
  assert.deepEqual(
    [
      statusOf('STATUS:COMPLETED'),
      statusOf('COMPLETED:20261121T120000Z'),
      statusOf('STATUS:IN-PROCESS'),
      statusOf('STATUS:NEEDS-ACTION'),
    ],
    ['complete', 'complete', 'in_progress', undefined],
  );
  const priorityOf = (value: number) => draftOf(todo(`PRIORITY:${value}`)).priority;
  assert.deepEqual([0, 1, 2, 4, 5, 9, 10].map(priorityOf), [4, 1, 2, 2, 3, 3, 4]);
  assert.deepEqual(draftOf(todo(String.raw`CATEGORIES:a, b,c\,d`, 'CATEGORIES:a')).labels, ['a', 'b', 'c,d']);
});

test('alarms are reminders: before the due date where they are measured from it', () => {
  const alarm = (trigger: string) => `BEGIN:VALARM\r\nACTION:DISPLAY\r\n${trigger}\r\nEND:VALARM`;
  const remindersOf = (lines: string[], ...triggers: string[]) =>
    draftOf(event(...lines, ...triggers.map(alarm))).reminders;
  const begin = 'DTSTART:20261201T090000Z';
  assert.deepEqual(
    remindersOf([begin], 'TRIGGER:-PT15M', 'TRIGGER:-PT15M', 'TRIGGER;VALUE=DATE-TIME:20261201T080000Z'),
    [{ before: 'PT15M' }, { at: '2026-12-01T08:00:00.000Z' }],
  );
  assert.deepEqual(remindersOf([begin, 'DURATION:PT1H'], 'TRIGGER;RELATED=END:-PT5M', 'TRIGGER:PT10M'), [
    { at: '2026-12-01T09:55:00.000Z' },
    { at: '2026-12-01T09:10:00.000Z' },
  ]);
  assert.deepEqual(reasonsOf(event(begin, 'RRULE:FREQ=DAILY', alarm('TRIGGER:PT10M')).notes), [
    'an alarm that is not before the due date rings for the first date alone',
  ]);
  const { drafts, notes } = event(
    begin,
    alarm('TRIGGER:-P30Y'),
    alarm('TRIGGER:soon'),
    alarm('ATTENDEE:mailto:a@b'),
  );
  assert.deepEqual(drafts[0]?.draft.reminders, []);
  assert.deepEqual(reasonsOf(notes), [
    'an alarm is left out: "-P30Y" is not a duration of at most ten years',
    'an alarm is left out: "soon" is not a duration of at most ten years',
    'an alarm is left out: it has no TRIGGER',
  ]);
});

test('what a task has no place for is told', () => {
  const { drafts, notes } = event(
    'DTSTART:20261201T090000Z',
    'RRULE:FREQ=DAILY',
    'EXDATE:20261202T090000Z',
    'LOCATION:Home',
    `DESCRIPTION:${'😀'.repeat(10_001)}`,
  );
  assert.equal(drafts[0]?.draft.recurrence_rule, 'FREQ=DAILY');
  assert.deepEqual(reasonsOf(notes), [
    'not kept: EXDATE, LOCATION',
    'DESCRIPTION is cut to 20000 characters',
  ]);
});

describe('an entry that is no task is skipped with a reason:', () => {
  for (const [reason, lines] of [
    ['it is cancelled', ['STATUS:CANCELLED']],
    [
      'its RRULE is not one: "FORTNIGHTLY" is not a frequency at position 5',
      ['DTSTART:20261201T090000Z', 'RRULE:FREQ=FORTNIGHTLY'],
    ],
    ['DUE is not a date or a time', ['DUE;VALUE=DATE:20260230']],
    ['DUE is not a date or a time', ['DUE:tomorrow']],
    ['DUE is in a time zone that the file does not describe', ['DUE;TZID=Mars/Olympus:20261201T090000']],
  ] as const) {
    test(`${reason} (${lines.at(-1)})`, () => {
      const { drafts, skipped } = todo(...lines);
      assert.deepEqual([drafts, skipped], [[], [{ uid: 'u1', summary: 'Buy milk', reason }]]);
    });
  }

  test('it stands twice, has no UID or no SUMMARY, or is something else', () => {
    const { drafts, skipped } = read(
      entry('VTODO', []),
      entry('VEVENT', []),
      'BEGIN:VTODO\r\nSUMMARY:nameless\r\nEND:VTODO',
      'BEGIN:VTODO\r\nUID:u2\r\nSUMMARY:  \r\nEND:VTODO',
      'BEGIN:VJOURNAL\r\nUID:u3\r\nSUMMARY:Dear diary\r\nEND:VJOURNAL',
    );
    assert.deepEqual(
      drafts.map(({ uid }) => uid),
      ['u1'],
    );
    assert.deepEqual(skipped, [
      { uid: 'u1', summary: 'Buy milk', reason: 'an entry before it has the same UID' },
      { uid: null, summary: 'nameless', reason: 'it has no UID, by which it would be known again' },
      { uid: 'u2', summary: null, reason: 'it has no SUMMARY' },
      { uid: 'u3', summary: 'Dear diary', reason: 'a VJOURNAL is neither a to-do nor an event' },
    ]);
  });
});

test('several calendars in one file are all read; a rule in a description stays one', () => {
  const one = calendarOf(entry('VTODO', ['DESCRIPTION:see\u2028RRULE:FREQ=DAILY']));
  const { drafts } = importCalendar(one + calendarOf(entry('VTODO', []).replace('u1', 'u2')), berlin);
  assert.deepEqual(
    drafts.map(({ uid }) => uid),
    ['u1', 'u2'],
  );
  assert.equal(drafts[0]?.draft.description, 'see\u2028RRULE:FREQ=DAILY');
});

test('a rule of any kind comes back as it went out', () => {
  fc.assert(
    fc.property(anyRule, (rule) => {
      const task = taskOf({ title: 't', due_date: '2026-12-01T09:00:00Z', recurrence_rule: rule });
      const { drafts } = importCalendar(exportCalendar([task]), berlin);
      assert.equal(drafts[0]?.draft.recurrence_rule, task.recurrence_rule);
    }),
  );
});

test('a file with any damage is read, or refused as 422: nothing else is thrown', () => {
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
  fc.assert(
    fc.property(fc.array(damage, { minLength: 1, maxLength: 12 }), (damages) => {
      const broken = [...lines];
      for (const { line, at, cut, put } of damages) {
        const text = broken[line] ?? '';
        broken[line] = text.slice(0, at) + put + text.slice(at + cut);
      }
      try {
        const { drafts, skipped } = importCalendar(broken.join('\r\n'), berlin);
        assert.ok(drafts.length + skipped.length > 0);
        for (const { draft } of drafts) taskOf(draft);
      } catch (error) {
        assert.ok(error instanceof AppError && error.status === 422, String(error));
      }
    }),
    { numRuns: 300 },
  );
});

describe('a file that is not iCalendar is 422', () => {
  for (const [what, text, reason] of [
    ['nothing', '', /does not begin with BEGIN:VCALENDAR/],
    ['a card', 'BEGIN:VCARD\r\nFN:Ada\r\nEND:VCARD', /does not begin with BEGIN:VCALENDAR/],
    ['HTML', '<!doctype html>', /invalid line/],
    ['a file that was cut off', calendarOf(entry('VTODO', [])).slice(0, -20), /began but did not end/],
    ['a line without a colon', calendarOf('nonsense'), /invalid line/],
    ['properties of nothing', 'SUMMARY:Buy milk', /its lines do not fit together/],
    ['one END too many', `${calendarOf()}END:VCALENDAR\r\nSUMMARY:x`, /its lines do not fit together/],
  ] as const) {
    test(what, () => {
      assert.throws(
        () => importCalendar(text, berlin),
        (error) => error instanceof AppError && error.status === 422 && reason.test(error.message),
      );
    });
  }
});
