import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TaskDraft } from '@rondo/shared/contracts/task';
import { berlin, draftOf, readEvent, reasonsOf } from '../support/calendar-file.ts';
import { datesOf } from '../support/series-dates.ts';

const nothing: TaskDraft = { title: 'nothing' };
const zoned = (name: string, value: string) => `${name};TZID=${berlin}:${value}`;

describe('the start and end of an event', () => {
  for (const [what, lines, start, due] of [
    [
      'X4: DTEND',
      [zoned('DTSTART', '20260928T170000'), zoned('DTEND', '20260928T180000')],
      '2026-09-28T17:00:00+02:00',
      '2026-09-28T18:00:00+02:00',
    ],
    [
      'DURATION',
      [zoned('DTSTART', '20260928T170000'), 'DURATION:PT1H30M'],
      '2026-09-28T17:00:00+02:00',
      '2026-09-28T18:30:00+02:00',
    ],
    ['no end', ['DTSTART:20260928T170000Z'], null, '2026-09-28T17:00:00Z'],
    ['no length', ['DTSTART:20260928T170000Z', 'DTEND:20260928T170000Z'], null, '2026-09-28T17:00:00Z'],
    ['a day', ['DTSTART;VALUE=DATE:20260928', 'DTEND;VALUE=DATE:20260929'], null, '2026-09-28'],
    ['a day without an end', ['DTSTART;VALUE=DATE:20260928'], null, '2026-09-28'],
    ['a day that ends on itself', ['DTSTART:20260928', 'DTEND:20260928'], null, '2026-09-28'],
    ['days', ['DTSTART;VALUE=DATE:20260928', 'DTEND;VALUE=DATE:20261001'], '2026-09-28', '2026-09-30'],
    ['days by DURATION', ['DTSTART;VALUE=DATE:20260928', 'DURATION:P3D'], '2026-09-28', '2026-09-30'],
    ['days in hours', ['DTSTART;VALUE=DATE:20260928', 'DURATION:PT48H'], '2026-09-28', '2026-09-29'],
    [
      'a day of Outlook',
      [
        zoned('DTSTART', '20260928T000000'),
        zoned('DTEND', '20260929T000000'),
        'X-MICROSOFT-CDO-ALLDAYEVENT:TRUE',
      ],
      null,
      '2026-09-28',
    ],
    [
      'a night',
      [zoned('DTSTART', '20260928T220000'), zoned('DTEND', '20260929T060000')],
      '2026-09-28T22:00:00+02:00',
      '2026-09-29T06:00:00+02:00',
    ],
  ] as const)
    test(what, async () => {
      const draft = draftOf(await readEvent(...lines));
      assert.deepEqual([draft.start, draft.due_date], [start, due]);
    });

  for (const lines of [
    ['DTSTART:20260928T170000Z', 'DTEND:20260928T160000Z'],
    ['DTSTART:20260928T170000Z', 'DTEND;VALUE=DATE:20260929'],
  ])
    test(`an end that does not fit is noted (${lines.join(' ')})`, async () => {
      const { drafts, notes } = await readEvent(...lines);
      assert.deepEqual([drafts[0]?.draft.start, drafts[0]?.draft.due_date], [null, '2026-09-28T17:00:00Z']);
      assert.deepEqual(reasonsOf(notes), ['its end was dropped: it does not fit its start']);
    });
});

describe('the series of an event with an end counts from the end:', () => {
  const event = (begin: string, end: string, ...lines: string[]) =>
    readEvent(zoned('DTSTART', begin), zoned('DTEND', end), ...lines);

  test('UNTIL, EXDATE and RDATE are moved with it', async () => {
    const draft = draftOf(
      await event(
        '20260928T170000',
        '20260928T180000',
        'RRULE:FREQ=WEEKLY;BYDAY=MO;UNTIL=20261026T160000Z',
        zoned('EXDATE', '20261005T170000'),
        'RDATE:20261008T150000Z',
      ),
    );
    assert.equal(draft.recurrence_rule, 'FREQ=WEEKLY;UNTIL=20261026T170000Z;BYDAY=MO');
    assert.deepEqual(datesOf(draft, 9), [
      '2026-09-28T18:00:00+02:00',
      '2026-10-08T18:00:00+02:00',
      '2026-10-12T18:00:00+02:00',
      '2026-10-19T18:00:00+02:00',
      '2026-10-26T18:00:00+01:00',
    ]);
  });

  test('a repeated time of DTSTART in the rule is no part of it', async () => {
    const draft = draftOf(
      await event('20260928T170000', '20260928T180000', 'RRULE:FREQ=DAILY;BYHOUR=17;BYMINUTE=0'),
    );
    assert.equal(draft.recurrence_rule, 'FREQ=DAILY');
  });

  for (const rule of [
    'FREQ=DAILY;COUNT=3',
    'FREQ=WEEKLY;INTERVAL=2;COUNT=3',
    'FREQ=MONTHLY;COUNT=3',
    'FREQ=HOURLY;INTERVAL=30;COUNT=3',
  ])
    test(`over midnight (${rule})`, async () => {
      const night = draftOf(await event('20260907T220000', '20260908T060000', `RRULE:${rule}`));
      const evening = draftOf(await event('20260907T220000', '20260907T220000', `RRULE:${rule}`));
      assert.equal(night.start, '2026-09-07T22:00:00+02:00');
      assert.deepEqual(
        datesOf(night).map((date) => Date.parse(date) - 8 * 3_600_000),
        datesOf(evening).map((date) => Date.parse(date)),
      );
    });

  test('several days', async () => {
    const draft = draftOf(
      await readEvent(
        'DTSTART;VALUE=DATE:20260904',
        'DTEND;VALUE=DATE:20260907',
        'RRULE:FREQ=WEEKLY;UNTIL=20260918',
        'EXDATE;VALUE=DATE:20260911',
      ),
    );
    assert.deepEqual([draft.start, draft.due_date], ['2026-09-04', '2026-09-06']);
    assert.deepEqual(datesOf(draft), ['2026-09-06', '2026-09-20']);
  });

  for (const rule of ['FREQ=WEEKLY;BYDAY=MO', 'FREQ=MONTHLY;BYMONTHDAY=7', 'FREQ=DAILY;BYHOUR=6,22'])
    test(`a rule that can't be moved keeps only the date of DTSTART (${rule})`, async () => {
      const { drafts, notes } = await event('20260907T220000', '20260908T060000', `RRULE:${rule}`);
      const { draft } = drafts[0] ?? { draft: nothing };
      assert.deepEqual(
        [draft.start, draft.due_date, draft.recurrence_rule],
        [null, '2026-09-07T22:00:00+02:00', rule],
      );
      assert.deepEqual(reasonsOf(notes), ['its end was dropped: its rule can not be counted from there']);
    });

  test('nor a month whose end is another one', async () => {
    const { drafts } = await event('20260130T220000', '20260131T060000', 'RRULE:FREQ=MONTHLY');
    assert.equal(drafts[0]?.draft.start, null);
  });
});
