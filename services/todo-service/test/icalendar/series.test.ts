import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TaskDraft } from '@rondo/shared/contracts/task';
import { berlin, draftOf, entry, read, readEvent, readTodo, reasonsOf } from '../support/calendar-file.ts';
import { daysOf } from '../support/series-dates.ts';

const nothing: TaskDraft = { title: 'nothing' };
const zoned = (name: string, value: string) => `${name};TZID=${berlin}:${value}`;

describe('EXDATE and RDATE are taken over', () => {
  test('X6: as days of an all-day series', async () => {
    const draft = draftOf(
      await readTodo(
        'DTSTART;VALUE=DATE:20261005',
        'DUE;VALUE=DATE:20261005',
        'RRULE:FREQ=WEEKLY;COUNT=6',
        'EXDATE;VALUE=DATE:20261012',
        'RDATE;VALUE=DATE:20261008',
      ),
    );
    assert.deepEqual([draft.exdates, draft.rdates], [['2026-10-12'], ['2026-10-08']]);
    assert.deepEqual(daysOf(draft, 3), ['2026-10-05', '2026-10-08', '2026-10-19']);
  });

  test('case 37: as times in the zone of the series', async () => {
    const draft = draftOf(
      await readEvent(
        zoned('DTSTART', '20270301T090000'),
        'RRULE:FREQ=DAILY;COUNT=5',
        zoned('EXDATE', '20270302T090000,20270303T090000'),
      ),
    );
    assert.deepEqual(daysOf(draft), ['2027-03-01', '2027-03-04', '2027-03-05']);
  });

  for (const [what, line, left] of [
    ['a time in UTC', 'EXDATE:20270302T080000Z', '2027-03-02'],
    ['a floating time', 'EXDATE:20270302T090000', '2027-03-02'],
    ['a day', 'EXDATE;VALUE=DATE:20270302', '2027-03-02'],
    ['a day without VALUE', 'EXDATE:20270302', '2027-03-02'],
  ] as const)
    test(`of a timed series by ${what}`, async () => {
      const draft = draftOf(
        await readEvent(zoned('DTSTART', '20270301T090000'), 'RRULE:FREQ=DAILY;COUNT=3', line),
      );
      assert.ok(!daysOf(draft).includes(left));
      assert.equal(daysOf(draft).length, 2);
    });

  test('of an all-day series by a time', async () => {
    const draft = draftOf(
      await readEvent('DTSTART;VALUE=DATE:20270301', 'RRULE:FREQ=DAILY;COUNT=3', 'EXDATE:20270302T000000'),
    );
    assert.deepEqual(daysOf(draft), ['2027-03-01', '2027-03-03']);
  });

  test('without a rule, and of periods', async () => {
    const draft = draftOf(
      await readEvent(
        zoned('DTSTART', '20270301T090000'),
        'RDATE;VALUE=PERIOD:20270305T080000Z/PT1H,20270309T080000Z/20270309T090000Z',
      ),
    );
    assert.deepEqual(daysOf(draft), ['2027-03-01', '2027-03-05', '2027-03-09']);
  });

  test('up to 366; others are noted', async () => {
    const days = Array.from({ length: 400 }, (_, n) =>
      new Date(Date.UTC(2027, 2, 2 + n)).toISOString().slice(0, 10).replaceAll('-', ''),
    );
    const { drafts, notes } = await readEvent(
      'DTSTART;VALUE=DATE:20270301',
      'RRULE:FREQ=DAILY',
      `EXDATE;VALUE=DATE:${days.join(',')}`,
    );
    assert.equal(drafts[0]?.draft.exdates?.length, 366);
    assert.deepEqual(reasonsOf(notes), ['only 366 of the 400 dates that are left out were imported']);
  });

  test('a first date that is left out is not the first one, and COUNT counts what remains', async () => {
    const draft = draftOf(
      await readEvent(
        zoned('DTSTART', '20270301T090000'),
        zoned('DTEND', '20270301T100000'),
        'RRULE:FREQ=DAILY;COUNT=4',
        zoned('EXDATE', '20270301T090000'),
      ),
    );
    assert.deepEqual(
      [draft.start, draft.due_date, draft.recurrence_rule],
      ['2027-03-02T09:00:00+01:00', '2027-03-02T10:00:00+01:00', 'FREQ=DAILY;COUNT=3'],
    );
    assert.deepEqual(daysOf(draft), ['2027-03-02', '2027-03-03', '2027-03-04']);
    const monthly = draftOf(
      await readEvent('DTSTART;VALUE=DATE:20270131', 'RRULE:FREQ=MONTHLY', 'EXDATE;VALUE=DATE:20270131'),
    );
    assert.deepEqual(daysOf(monthly, 3), ['2027-02-28', '2027-03-31', '2027-04-30']);
  });

  test('a series without any date is skipped', async () => {
    const { drafts, skipped } = await readEvent(
      'DTSTART;VALUE=DATE:20270301',
      'RRULE:FREQ=DAILY;COUNT=1',
      'EXDATE;VALUE=DATE:20270301',
    );
    assert.deepEqual([drafts, reasonsOf(skipped)], [[], ['every date of its series is left out']]);
  });

  test('a second RRULE and an EXRULE are noted (X4)', async () => {
    const { drafts, notes } = await readTodo(
      'DUE;VALUE=DATE:20270301',
      'RRULE:FREQ=DAILY',
      'RRULE:FREQ=WEEKLY',
      'EXRULE:FREQ=MONTHLY',
    );
    assert.equal(drafts[0]?.draft.recurrence_rule, 'FREQ=DAILY');
    assert.deepEqual(reasonsOf(notes), ['only the first of its RRULEs was imported', 'not imported: EXRULE']);
  });
});

describe('a changed occurrence', () => {
  const lesson = entry('VEVENT', [
    zoned('DTSTART', '20261106T170000'),
    zoned('DTEND', '20261106T180000'),
    'RRULE:FREQ=WEEKLY;COUNT=3',
  ]);
  const moved = entry('VEVENT', [
    zoned('RECURRENCE-ID', '20261113T170000'),
    zoned('DTSTART', '20261114T170000'),
    zoned('DTEND', '20261114T180000'),
  ]);

  for (const [where, components] of [
    ['after', [lesson, moved]],
    ['before', [moved, lesson]],
  ] as const)
    test(`X6: ${where} its series is a task of its own, and the series leaves its date out`, async () => {
      const { drafts, skipped, notes } = await read(...components);
      assert.deepEqual([skipped, notes, drafts.length], [[], [], 2]);
      const series = drafts.find(({ recurrenceId }) => recurrenceId === null);
      assert.deepEqual(daysOf(series?.draft ?? nothing), ['2026-11-06', '2026-11-20']);
      const single = drafts.find(({ recurrenceId }) => recurrenceId !== null);
      assert.deepEqual(
        [single?.draft.due_date, single?.draft.recurrence_rule, single?.draft.exdates],
        ['2026-11-14T18:00:00+01:00', undefined, undefined],
      );
    });

  test('that is cancelled is only left out', async () => {
    const { drafts, skipped, notes } = await read(
      lesson,
      entry('VEVENT', [
        'RECURRENCE-ID:20261113T160000Z',
        'STATUS:CANCELLED',
        zoned('DTSTART', '20261113T170000'),
      ]),
    );
    assert.deepEqual([skipped, notes, drafts.length], [[], [], 1]);
    assert.deepEqual(daysOf(drafts[0]?.draft ?? nothing), ['2026-11-06', '2026-11-20']);
  });

  test('of the first date moves the series to the next one', async () => {
    const { drafts } = await read(
      lesson,
      entry('VEVENT', [zoned('RECURRENCE-ID', '20261106T170000'), zoned('DTSTART', '20261107T170000')]),
    );
    const [series] = drafts;
    assert.deepEqual(
      [series?.draft.start, series?.draft.recurrence_rule],
      ['2026-11-13T17:00:00+01:00', 'FREQ=WEEKLY;COUNT=2'],
    );
  });

  test('of all later dates is noted; one without its series in the file, too', async () => {
    const range = entry('VEVENT', [
      `RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=${berlin}:20261113T170000`,
      zoned('DTSTART', '20261114T170000'),
    ]);
    assert.deepEqual(reasonsOf((await read(lesson, range)).notes), [
      'the later dates of its series, which it changes too, are unchanged',
    ]);
    assert.deepEqual(reasonsOf((await read(moved)).notes), [
      'it is a separate task; its series is not in this file, and may contain the date that it changes',
    ]);
    const cancelled = await readEvent('RECURRENCE-ID:20261113T160000Z', 'STATUS:CANCELLED');
    assert.deepEqual([cancelled.drafts, reasonsOf(cancelled.skipped)], [[], ['it is cancelled']]);
  });
});

test('X4: COMPLETED and CREATED are kept, if they are not later than now', async () => {
  const pastOf = async (...lines: string[]) => {
    const { drafts } = await readTodo(...lines);
    return [drafts[0]?.createdAt, drafts[0]?.completedAt];
  };
  assert.deepEqual(await pastOf('CREATED:20260801T100000Z', 'COMPLETED:20260830T101500Z'), [
    '2026-08-01T10:00:00.000Z',
    '2026-08-30T10:15:00.000Z',
  ]);
  assert.deepEqual(await pastOf('STATUS:COMPLETED', 'COMPLETED;VALUE=DATE:20260830'), [
    null,
    '2026-08-29T22:00:00.000Z',
  ]);
  assert.deepEqual(await pastOf('CREATED:20261201T100000Z', 'COMPLETED:20261201T101500Z'), [null, null]);
  assert.deepEqual(await pastOf('CREATED:00001231T000000Z', 'COMPLETED:soon'), [null, null]);
  assert.deepEqual(await pastOf('STATUS:NEEDS-ACTION', 'COMPLETED:20260830T101500Z'), [null, null]);
});
