import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nextOccurrence, occurrences, preview, strictPolicies } from '../src/occurrences.ts';
import { datesOf, seriesOf } from './support/series.ts';

const berlin = { timeZone: 'Europe/Berlin' };

describe('month ends', () => {
  test('clamp to the last day, from the anchor', () => {
    const series = seriesOf('monthly', { anchor: '2026-01-31' });
    assert.deepEqual(preview(series, 5), datesOf('2026 Jan 31 Feb 28 Mar 31 Apr 30 May 31'));
    assert.equal(nextOccurrence(series, '2026-02-28'), '2026-03-31');
    assert.deepEqual(
      preview({ ...series, policies: strictPolicies }, 4),
      datesOf('2026 Jan 31 Mar 31 May 31 Jul 31'),
    );
  });

  test('clamp the 29th of February, and a month day that the rule names', () => {
    const leap = seriesOf('yearly', { anchor: '2024-02-29' });
    assert.deepEqual(
      preview(leap, 5),
      datesOf('2024 Feb 29 2025 Feb 28 2026 Feb 28 2027 Feb 28 2028 Feb 29'),
    );
    assert.deepEqual(
      preview({ ...leap, policies: strictPolicies }, 3),
      datesOf('2024 Feb 29 2028 Feb 29 2032 Feb 29'),
    );
    const named = seriesOf('FREQ=MONTHLY;BYMONTHDAY=30,31', { anchor: '2026-01-30' });
    assert.deepEqual(preview(named, 6), datesOf('2026 Jan 30,31 Feb 28 Mar 30,31 Apr 30'));
  });

  test('do not clamp a weekday: Friday the 31st is never the 30th', () => {
    for (const frequency of ['YEARLY', 'MONTHLY', 'DAILY']) {
      const series = seriesOf(`FREQ=${frequency};BYDAY=FR;BYMONTHDAY=31`, { anchor: '2026-01-01' });
      assert.deepEqual(preview(series, 3), datesOf('2026 Jul 31 2027 Dec 31 2028 Mar 31'));
    }
  });

  test('know that 1900 and 2100 have no leap day and 2000 has one', () => {
    const days = (anchor: string) =>
      preview(seriesOf('FREQ=YEARLY;INTERVAL=4', { anchor, policies: strictPolicies }), 3);
    assert.deepEqual(days('1896-02-29'), datesOf('1896 Feb 29 1904 Feb 29 1908 Feb 29'));
    assert.deepEqual(days('1996-02-29'), datesOf('1996 Feb 29 2000 Feb 29 2004 Feb 29'));
    assert.deepEqual(days('2096-02-29'), datesOf('2096 Feb 29 2104 Feb 29 2108 Feb 29'));
  });
});

describe('clock changes', () => {
  const spring = seriesOf('daily', { anchor: '2026-03-28T02:30:00', ...berlin });

  test('a gap shifts forward, or drops the occurrence', () => {
    assert.deepEqual(preview(spring, 3), [
      '2026-03-28T02:30:00+01:00',
      '2026-03-29T03:30:00+02:00',
      '2026-03-30T02:30:00+02:00',
    ]);
    assert.deepEqual(preview({ ...spring, policies: strictPolicies }, 2), [
      '2026-03-28T02:30:00+01:00',
      '2026-03-30T02:30:00+02:00',
    ]);
  });

  test('an occurrence that a gap shifts onto another is merged; COUNT skips a dropped one', () => {
    const series = seriesOf('FREQ=DAILY;BYHOUR=2,3;BYMINUTE=0,30;COUNT=5', {
      anchor: '2026-03-29T00:00:00',
      ...berlin,
    });
    const days = ['2026-03-29T03:00:00+02:00', '2026-03-29T03:30:00+02:00', '2026-03-30T02:00:00+02:00'];
    assert.deepEqual(preview(series, 3), days);
    assert.equal(preview(series, 9).length, 5);
    assert.equal(preview({ ...series, policies: strictPolicies }, 9).at(-1), '2026-03-30T03:00:00+02:00');
  });

  test('shifted times are in order with those that follow', () => {
    const series = seriesOf('FREQ=MINUTELY;INTERVAL=25', { anchor: '2026-03-29T01:40:00', ...berlin });
    assert.deepEqual(
      preview(series, 6).map((text) => text.slice(11)),
      [
        '01:40:00+01:00',
        '03:05:00+02:00',
        '03:20:00+02:00',
        '03:30:00+02:00',
        '03:45:00+02:00',
        '03:55:00+02:00',
      ],
    );
  });

  test('an anchor in a gap is given, not generated: the strict policy shifts it, too (RFC 5545 section 3.3.5)', () => {
    const series = seriesOf('daily', { anchor: '2026-03-29T02:30:00', ...berlin, policies: strictPolicies });
    assert.equal(preview(series, 1)[0], '2026-03-29T03:30:00+02:00');
  });

  test('an overlap takes the first time under both policies', () => {
    const series = seriesOf('daily', { anchor: '2026-10-24T02:30:00', ...berlin });
    const expected = ['24T02:30:00+02:00', '25T02:30:00+02:00', '26T02:30:00+01:00'];
    for (const policies of [series.policies, strictPolicies])
      assert.deepEqual(
        preview({ ...series, policies }, 3).map((text) => text.slice(8)),
        expected,
      );
  });

  test('Lord Howe changes by half an hour', () => {
    const zone = { timeZone: 'Australia/Lord_Howe' };
    const gap = seriesOf('daily', { anchor: '2026-10-03T02:10:00', ...zone });
    assert.deepEqual(preview(gap, 3), [
      '2026-10-03T02:10:00+10:30',
      '2026-10-04T02:40:00+11:00',
      '2026-10-05T02:10:00+11:00',
    ]);
    const overlap = seriesOf('daily', { anchor: '2026-04-04T01:45:00', ...zone });
    assert.deepEqual(preview(overlap, 3), [
      '2026-04-04T01:45:00+11:00',
      '2026-04-05T01:45:00+11:00',
      '2026-04-06T01:45:00+10:30',
    ]);
  });

  test('in the southern hemisphere the gap is in September, and at midnight', () => {
    const series = seriesOf('daily', { anchor: '2026-09-05T00:15:00', timeZone: 'America/Santiago' });
    assert.deepEqual(preview(series, 3), [
      '2026-09-05T00:15:00-04:00',
      '2026-09-06T01:15:00-03:00',
      '2026-09-07T00:15:00-03:00',
    ]);
  });

  test('Apia had no 30 December 2011: that occurrence merges with the one on the 31st', () => {
    const series = seriesOf('daily', { anchor: '2011-12-28T09:00:00', timeZone: 'Pacific/Apia' });
    const expected = ['2011-12-28T09:00:00-10:00', '2011-12-29T09:00:00-10:00', '2011-12-31T09:00:00+14:00'];
    assert.deepEqual(preview(series, 3), expected);
    assert.deepEqual(preview({ ...series, policies: strictPolicies }, 3), expected);
    const weekly = seriesOf('weekly', { anchor: '2011-12-23T09:00:00', timeZone: 'Pacific/Apia' });
    assert.deepEqual(preview(weekly, 3), [
      '2011-12-23T09:00:00-10:00',
      '2011-12-31T09:00:00+14:00',
      '2012-01-06T09:00:00+14:00',
    ]);
    const allDay = seriesOf('daily', { anchor: '2011-12-29', timeZone: 'Pacific/Apia' });
    assert.deepEqual(preview(allDay, 3), datesOf('2011 Dec 29,30,31'));
  });

  test('zones without changes keep their half and quarter hours', () => {
    for (const [zone, offset] of [
      ['Asia/Kolkata', '+05:30'],
      ['Asia/Kathmandu', '+05:45'],
    ]) {
      const series = seriesOf('FREQ=WEEKLY;BYDAY=TH', {
        anchor: '2026-12-24T23:50:00',
        timeZone: zone ?? '',
      });
      assert.deepEqual(preview(series, 2), [`2026-12-24T23:50:00${offset}`, `2026-12-31T23:50:00${offset}`]);
    }
  });

  test('an offset with seconds is written in UTC, as RFC 3339 has no seconds there', () => {
    const series = seriesOf('daily', { anchor: '1971-06-01T09:00:00', timeZone: 'Africa/Monrovia' });
    assert.equal(preview(series, 1)[0], '1971-06-01T09:44:30Z');
  });
});

describe('year ends', () => {
  test('weeks continue across them', () => {
    const series = seriesOf('FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH', { anchor: '2026-12-28' });
    assert.deepEqual(preview(series, 4), datesOf('2026 Dec 28,31 2027 Jan 11,14'));
  });

  test('the last day of a year, and a last evening that is next year in UTC', () => {
    const last = seriesOf('FREQ=YEARLY;BYYEARDAY=-1', { anchor: '2027-01-01' });
    assert.deepEqual(preview(last, 2), datesOf('2027 Dec 31 2028 Dec 31'));
    const evening = seriesOf('yearly', { anchor: '2026-12-31T23:59:59', timeZone: 'America/New_York' });
    assert.equal(nextOccurrence(evening, '2027-01-01T00:00:00Z'), '2026-12-31T23:59:59-05:00');
  });

  test('a series ends with the year 9998', () => {
    const series = seriesOf('yearly', { anchor: '9996-06-01' });
    assert.deepEqual(preview(series, 9), datesOf('9996 Jun 1 9997 Jun 1 9998 Jun 1'));
    assert.equal(nextOccurrence(series, '9998-06-01'), null);
  });
});

describe('rules that other libraries read in another way', () => {
  test('a day of the month in a yearly rule without a month is in each month (RFC 5545 section 3.3.10)', () => {
    const series = seriesOf('FREQ=YEARLY;BYMONTHDAY=29', { anchor: '2024-02-29' });
    assert.deepEqual(preview(series, 4), datesOf('2024 Feb 29 Mar 29 Apr 29 May 29'));
  });

  test('years of weeks are counted from the one that the first date is in', () => {
    const series = seriesOf('FREQ=YEARLY;BYWEEKNO=53;INTERVAL=6;BYDAY=TH', { anchor: '2027-01-03' });
    assert.deepEqual(preview(series, 2), datesOf('2032 Dec 30 2116 Dec 31'));
  });
});

describe('the end of a series', () => {
  test('COUNT counts what the rule generates from the anchor, including excluded dates', () => {
    const series = seriesOf('FREQ=DAILY;COUNT=4', { anchor: '2026-01-01', exdates: ['2026-01-02'] });
    assert.deepEqual(preview(series, 9), datesOf('2026 Jan 1,3,4'));
    assert.equal(nextOccurrence(series, '2026-01-04'), null);
    assert.equal(nextOccurrence(series, '2026-01-01'), '2026-01-03');
  });

  test('UNTIL is inclusive: to the second in UTC, to the end of the day in the zone for a date', () => {
    const until = (text: string) =>
      preview(seriesOf(`FREQ=DAILY;UNTIL=${text}`, { anchor: '2026-06-01T23:30:00', ...berlin }), 9).length;
    assert.deepEqual(
      ['20260603T213000Z', '20260603T212959Z', '20260603', '20260602', '20260603T233000', '20260531'].map(
        until,
      ),
      [3, 2, 3, 2, 3, 0],
    );
  });

  test('UNTIL as an instant ends an all-day series with its day in the zone', () => {
    const series = seriesOf('FREQ=DAILY;UNTIL=20260602T220000Z', { anchor: '2026-06-01' });
    assert.equal(preview(series, 9).at(-1), '2026-06-02');
    assert.equal(preview({ ...series, ...berlin }, 9).at(-1), '2026-06-03');
  });

  test('a COUNT that is too large is rejected, not counted forever', () => {
    const series = seriesOf('FREQ=SECONDLY;COUNT=999999999', { anchor: '2026-01-01T00:00:00' });
    assert.throws(() => nextOccurrence(series, '2027-01-01T00:00:00Z'), { name: 'RuleError', position: 14 });
    assert.equal(preview(series, 2).length, 2);
  });
});

describe('added and excluded dates', () => {
  test('RDATE adds dates in every form, in order, without duplicates', () => {
    const series = seriesOf('FREQ=DAILY;COUNT=2', {
      anchor: '2026-06-01T09:00:00',
      ...berlin,
      rdates: ['2026-06-10', '2026-06-01T12:00:00', '2026-06-02T07:00:00Z', '2026-05-31T09:00:00+02:00'],
    });
    assert.deepEqual(
      preview(series, 9).map((text) => text.slice(5, 16)),
      ['05-31T09:00', '06-01T09:00', '06-01T12:00', '06-02T09:00', '06-10T09:00'],
    );
  });

  test('EXDATE excludes an instant, a wall time, or a whole day in the zone', () => {
    const series = seriesOf('FREQ=DAILY;BYHOUR=1,23', { anchor: '2026-06-01T01:00:00', ...berlin });
    const exdates = ['2026-06-01T23:00:00', '2026-06-01T23:00:00Z', '2026-06-03'];
    assert.deepEqual(
      preview({ ...series, exdates }, 4).map((text) => text.slice(8, 13)),
      ['01T01', '02T23', '04T01', '04T23'],
    );
  });

  test('an occurrence that a gap shifted is excluded by both of its times', () => {
    const series = seriesOf('daily', { anchor: '2026-03-28T02:30:00', ...berlin });
    for (const exdate of ['2026-03-29T02:30:00', '2026-03-29T03:30:00'])
      assert.equal(preview({ ...series, exdates: [exdate] }, 2)[1], '2026-03-30T02:30:00+02:00');
  });
});

describe('the start of a series', () => {
  test('the anchor is an occurrence only if the rule matches it', () => {
    assert.equal(preview(seriesOf('FREQ=WEEKLY;BYDAY=FR', { anchor: '2026-11-25' }), 1)[0], '2026-11-27');
    assert.equal(preview(seriesOf('FREQ=WEEKLY;BYDAY=FR', { anchor: '2026-11-27' }), 1)[0], '2026-11-27');
  });

  test('after a date means after that whole day', () => {
    const series = seriesOf('FREQ=DAILY;BYHOUR=9,18', { anchor: '2026-06-01T09:00:00', ...berlin });
    assert.equal(nextOccurrence(series, '2026-06-01'), '2026-06-02T09:00:00+02:00');
    assert.equal(nextOccurrence(series, '2026-06-01T16:00:00Z'), '2026-06-02T09:00:00+02:00');
    assert.equal(nextOccurrence(series, '2026-06-01T15:59:59.999Z'), '2026-06-01T18:00:00+02:00');
  });

  test('after an instant means after its day in the zone for an all-day series', () => {
    const series = seriesOf('daily', { anchor: '2026-06-01', timeZone: 'Pacific/Auckland' });
    assert.equal(nextOccurrence(series, '2026-06-01T11:59:59Z'), '2026-06-02');
    assert.equal(nextOccurrence(series, '2026-06-01T12:00:00Z'), '2026-06-03');
  });

  test('an all-day series ignores times, and can not repeat within the day', () => {
    assert.deepEqual(
      preview(seriesOf('FREQ=DAILY;BYHOUR=9,18', { anchor: '2026-06-01' }), 2),
      datesOf('2026 Jun 1,2'),
    );
    assert.throws(() => preview(seriesOf('INTERVAL=2;FREQ=HOURLY', { anchor: '2026-06-01' }), 2), {
      name: 'RuleError',
      position: 11,
    });
  });

  test('a timed series without a zone is in UTC', () => {
    assert.deepEqual(preview(seriesOf('daily', { anchor: '2026-06-01T09:00' }), 1), ['2026-06-01T09:00:00Z']);
  });

  test('invalid texts are RangeErrors', () => {
    for (const rest of [
      { anchor: '2026-02-30' },
      { anchor: '2026-02-03T09:00:00Z' },
      { anchor: '2026-02-03T09:00', timeZone: 'Europe/Atlantis' },
      { anchor: '2026-02-03', exdates: ['tomorrow'] },
    ])
      assert.throws(() => occurrences(seriesOf('daily', rest), { limit: 1 }), RangeError);
  });
});
