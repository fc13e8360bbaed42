import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TaskDraft } from '@rondo/shared/contracts/task';
import { berlin, draftOf, entry, read, readEvent, readTodo, reasonsOf } from '../support/calendar-file.ts';

const datesOf = ({ start, due_date, time_zone }: TaskDraft) => ({ start, due_date, time_zone });

describe('times', () => {
  test('of an event are its start and its end; all-day stays all-day', async () => {
    assert.deepEqual(
      datesOf(draftOf(await readEvent('DTSTART;VALUE=DATE:20261201', 'DTEND;VALUE=DATE:20261203'))),
      {
        start: '2026-12-01',
        due_date: '2026-12-02',
        time_zone: null,
      },
    );
  });

  test('without a zone are in the zone of the person who imports them', async () => {
    const due = { start: null, due_date: '2026-12-01T09:00:00+01:00', time_zone: berlin };
    assert.deepEqual(datesOf(draftOf(await readEvent('DTSTART:20261201T090000'))), due);
  });

  test('in an IANA zone keep it, also if the file does not describe it', async () => {
    assert.deepEqual(datesOf(draftOf(await readTodo('DUE;TZID="Australia/Lord_Howe":20261004T021500'))), {
      start: null,
      // The clock skips this time, so it is later by the gap.
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
  const dueIn = async (zone: string, time: string) =>
    datesOf(draftOf(await read(zone, entry('VTODO', [`DUE;TZID=Somewhere Standard Time:${time}`]))));

  test('in a zone that only the file describes have the described offset', async () => {
    const due = (due_date: string) => ({ start: null, due_date, time_zone: null });
    assert.deepEqual(await dueIn(outlook(), '20261201T090000'), due('2026-12-01T09:00:00+01:45'));
    assert.deepEqual(await dueIn(outlook(), '20260701T090000'), due('2026-07-01T09:00:00+02:45'));
    assert.deepEqual((await dueIn(outlook(), '95000701T090000')).due_date?.slice(0, 10), '9500-07-01');
  });

  test('in a zone with an IANA name in X-LIC-LOCATION are in that zone', async () => {
    assert.deepEqual(await dueIn(outlook('X-LIC-LOCATION:Asia/Kathmandu'), '20261201T090000'), {
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
    test(`in a zone that changes its clock by ${rule} are the person's, with a note, and cost no time`, async () => {
      const zone = outlook().replace('FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3', rule);
      const { drafts, notes } = await read(
        zone,
        entry('VTODO', ['DUE;TZID=Somewhere Standard Time:20261201T090000']),
      );
      assert.equal(drafts[0]?.draft.due_date, '2026-12-01T09:00:00+01:00');
      assert.deepEqual(reasonsOf(notes), [
        'its time zone "Somewhere Standard Time" is unknown, so its times were read in Europe/Berlin',
      ]);
    });
  }

  for (const rule of ['FREQ=YEARLY;BYMONTH=2;BYDAY=5SU', 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29']) {
    test(`in a zone that changes its clock by ${rule} are imported`, async () => {
      const zone = outlook().replace('FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3', rule);
      assert.equal((await dueIn(zone, '20261201T090000')).due_date, '2026-12-01T09:00:00+01:45');
    });
  }

  test('of a to-do may be a start and a duration: days are calendar days, hours elapsed time', async () => {
    const zoned = `DTSTART;TZID=${berlin}:20260328T120000`;
    assert.equal(draftOf(await readTodo(zoned, 'DURATION:P1D')).due_date, '2026-03-29T12:00:00+02:00');
    assert.equal(draftOf(await readTodo(zoned, 'DURATION:PT24H')).due_date, '2026-03-29T13:00:00+02:00');
    assert.equal(
      draftOf(await readTodo('DTSTART;VALUE=DATE:20260328', 'DURATION:P1W')).due_date,
      '2026-04-04',
    );
  });

  test('that contradict each other lose the start', async () => {
    const { drafts, notes } = await readTodo('DTSTART;VALUE=DATE:20261202', 'DUE;VALUE=DATE:20261201');
    assert.deepEqual([drafts[0]?.draft.start, drafts[0]?.draft.due_date], [null, '2026-12-01']);
    assert.deepEqual(reasonsOf(notes), ['its start was dropped: it is after the due date']);
  });
});
