import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { nextOccurrence, occurrences, preview, type Series } from '../src/occurrences.ts';
import { RuleError } from '../src/rule-error.ts';
import { anyAnchor, anyRule, yearlyByNumber } from './support/arbitrary-series.ts';
import { seriesOf } from './support/series.ts';

const anchor = '2026-11-28T00:00:00';
const berlin = 'Europe/Berlin';
const listOf = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index).join(',');
/** Matches on a leap day in some thousand years. */
const tooRare = 'FREQ=SECONDLY;INTERVAL=86399;BYMONTH=2;BYMONTHDAY=29;BYHOUR=3;BYMINUTE=0;BYSECOND=0';
const daysFrom = (first: string, count: number) =>
  Array.from({ length: count }, (_, index) =>
    new Date(Date.parse(first) + index * 86_400_000).toISOString().slice(0, 10),
  );

type Computation = () => unknown;

/** The processor time of a computation in milliseconds. Other processes on the machine have no effect on it. */
function timeOf(compute: Computation): number {
  const before = process.cpuUsage();
  try {
    compute();
  } catch (error) {
    assert.ok(error instanceof RuleError, String(error));
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** The plainest computation that uses its whole budget: it counts seconds. */
const wholeBudget: Computation = () =>
  nextOccurrence(seriesOf('FREQ=SECONDLY;COUNT=999999999', { anchor, timeZone: berlin }), '9000-01-01');

/**
 * Asserts that a computation takes at most some times as long as one that uses its whole budget. The best of three times
 * counts, because the first one may wait for the compiler.
 */
function assertBounded(compute: Computation, what: string): void {
  const times = [1, 2, 3].map(() => timeOf(compute));
  const whole = Math.max(...[1, 2, 3].map(() => timeOf(wholeBudget)));
  const limit = 10 + 10 * whole;
  assert.ok(Math.min(...times) <= limit, `${what}: ${Math.min(...times)} ms, allowed are ${limit} ms`);
}

describe('an excluded day', () => {
  test('is jumped over, also if the rule repeats each second and 366 days in a row are excluded', () => {
    const series = seriesOf('FREQ=SECONDLY', {
      anchor,
      timeZone: berlin,
      exdates: daysFrom('2026-11-28', 366),
    });
    assert.deepEqual(preview(series, 2), ['2027-11-29T00:00:00+01:00', '2027-11-29T00:00:01+01:00']);
  });

  test('is jumped over in any order and with days between', () => {
    const exdates = ['2026-12-02', '2026-11-28', '2026-11-30'];
    const series = seriesOf('FREQ=HOURLY;INTERVAL=12', { anchor, timeZone: berlin, exdates });
    assert.deepEqual(
      preview(series, 6).map((text) => text.slice(8, 13)),
      ['29T00', '29T12', '01T00', '01T12', '03T00', '03T12'],
    );
  });

  test('has no effect on dates that RDATE adds after it', () => {
    const series = seriesOf('FREQ=SECONDLY', {
      anchor,
      exdates: ['2026-11-28'],
      rdates: ['2026-11-28T12:00:00', '2026-11-29T00:00:00.5'],
    });
    assert.deepEqual(preview(series, 1), ['2026-11-29T00:00:00Z']);
  });

  test('counts for COUNT', () => {
    const series = seriesOf('FREQ=HOURLY;COUNT=26', { anchor, exdates: ['2026-11-28'] });
    assert.deepEqual(preview(series, 9), ['2026-11-29T00:00:00Z', '2026-11-29T01:00:00Z']);
  });
});

describe('a late start', () => {
  test('in a rule that repeats each second is exact around clock changes', () => {
    const series = seriesOf('FREQ=SECONDLY', { anchor: '2020-01-01T00:00:00', timeZone: berlin });
    for (const [after, next] of [
      ['2026-03-29T00:59:59Z', '2026-03-29T03:00:00+02:00'],
      ['2026-03-29T01:10:00Z', '2026-03-29T03:10:01+02:00'],
      // The clock shows the hour twice. Its second time is not an occurrence.
      ['2026-10-25T00:59:59Z', '2026-10-25T03:00:00+01:00'],
      ['2026-10-25T01:30:00Z', '2026-10-25T03:00:00+01:00'],
    ] as const)
      assert.equal(nextOccurrence(series, after), next, after);
  });

  test('within a skipped day is exact', () => {
    const series = seriesOf('FREQ=MINUTELY', { anchor: '2011-12-28T00:00:00', timeZone: 'Pacific/Apia' });
    assert.equal(nextOccurrence(series, '2011-12-30T09:59:30Z'), '2011-12-31T00:00:00+14:00');
    assert.equal(nextOccurrence(series, '2011-12-31T09:30:30Z'), '2011-12-31T23:31:00+14:00');
  });

  test('on a day with 86,400 times is found at once', () => {
    const rule = `FREQ=DAILY;BYHOUR=${listOf(0, 23)};BYMINUTE=${listOf(0, 59)};BYSECOND=${listOf(0, 59)}`;
    const options = { after: '2026-11-30T23:59:57Z', limit: 3, maxSteps: 40 };
    assert.deepEqual(occurrences(seriesOf(rule, { anchor }), options).toArray(), [
      '2026-11-30T23:59:58Z',
      '2026-11-30T23:59:59Z',
      '2026-12-01T00:00:00Z',
    ]);
  });
});

describe('a budget that is used up', () => {
  for (const [what, rule, rest, after] of [
    ['a COUNT with a late start', 'FREQ=SECONDLY;COUNT=100000000', {}, '2027-11-28'],
    [
      'a COUNT over excluded days',
      'FREQ=SECONDLY;COUNT=9000000',
      { exdates: daysFrom('2026-11-28', 90) },
      null,
    ],
    ['a match that is too rare', tooRare, {}, null],
  ] as [string, string, Partial<Series>, string | null][])
    test(`is an error at COUNT, or at the start of the rule: ${what}`, () => {
      const series = seriesOf(rule, { anchor: '2026-11-28T00:00:01', timeZone: berlin, ...rest });
      assert.throws(() => occurrences(series, { after, limit: 1 }).toArray(), {
        name: 'RuleError',
        reason: 'the rule takes more than 100000 steps to compute',
        position: Math.max(0, rule.indexOf('COUNT')),
      });
    });

  test('never changes what is found before', () => {
    fc.assert(
      fc.property(anyHostileSeries, fc.integer({ min: 0, max: 3_000 }), ({ series, after }, maxSteps) => {
        const found = firstOf(series, { after, limit: 5, maxSteps });
        const all = firstOf(series, { after, limit: 5 });
        if (found.isWhole) assert.deepEqual(found.dates, all.dates);
        else assert.deepEqual(found.dates, all.dates.slice(0, found.dates.length));
      }),
      { numRuns: 100 },
    );
  });
});

function firstOf(series: Series, options: Parameters<typeof occurrences>[1]) {
  const dates: string[] = [];
  try {
    for (const date of occurrences(series, options)) dates.push(date);
  } catch (error) {
    assert.ok(error instanceof RuleError, String(error));
    return { dates, isWhole: false };
  }
  return { dates, isWhole: true };
}

const allTimes = `;BYHOUR=${listOf(0, 23)};BYMINUTE=${listOf(0, 59)};BYSECOND=${listOf(0, 59)}`;
const positions = `;BYSETPOS=${listOf(-366, -1)},${listOf(1, 366)}`;

/** Parts that make a rule expensive, each valid with some frequency. */
const hostileParts = fc.subarray([
  allTimes,
  positions,
  ';BYDAY=MO,TU,WE,TH,FR,SA,SU',
  ';BYDAY=MO',
  `;BYMONTHDAY=${listOf(1, 31)},${listOf(-31, -1)}`,
  ';BYMONTHDAY=29',
  ';BYMONTH=2',
  `;BYYEARDAY=${listOf(1, 366)},${listOf(-366, -1)}`,
  ';BYYEARDAY=366',
  `;BYWEEKNO=${listOf(1, 53)},${listOf(-53, -1)}`,
  ';BYHOUR=2',
  ';BYSECOND=0',
]);
const hostileRule = fc
  .record({
    frequency: fc.constantFrom('SECONDLY', 'MINUTELY', 'HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'),
    interval: fc.constantFrom(1, 2, 7, 84, 1_001, 86_399, 86_400, 999_999_999),
    parts: hostileParts,
    end: fc.constantFrom('', '', ';COUNT=3', ';COUNT=100000', ';COUNT=999999999', ';UNTIL=99981231'),
  })
  .map(
    ({ frequency, interval, parts, end }) => `FREQ=${frequency};INTERVAL=${interval}${parts.join('')}${end}`,
  )
  // Two of the parts may have the same name.
  .filter((rule) => new Set(rule.match(/[A-Z]+(?==)/g)).size === rule.match(/[A-Z]+(?==)/g)?.length);
const anyHostileSeries = fc.record({
  series: fc
    .record({
      rule: fc.oneof({ weight: 4, arbitrary: hostileRule }, anyRule, yearlyByNumber),
      anchor: anyAnchor,
      timeZone: fc.constantFrom(null, berlin, 'Pacific/Apia', 'Australia/Lord_Howe'),
      exdates: fc.constantFrom([], daysFrom('1990-01-01', 366), daysFrom('2026-01-01', 366)),
    })
    .map(({ rule, ...rest }) => seriesOf(rule, rest)),
  after: fc.constantFrom(null, '2026-11-28', '9990-01-01'),
});

describe('every computation is bounded', () => {
  const cases: [what: string, rule: string, rest: Partial<Series>, after: string | null][] = [
    [
      'seconds over a skipped day',
      'FREQ=SECONDLY',
      { anchor: '2011-12-29T23:59:50', timeZone: 'Pacific/Apia' },
      null,
    ],
    ['all weeks, days and times', `FREQ=YEARLY;BYWEEKNO=${listOf(1, 53)}${allTimes}${positions}`, {}, null],
    [
      'all year days and positions',
      `FREQ=YEARLY;BYYEARDAY=${listOf(-366, -1)}${positions};COUNT=99999`,
      {},
      '9990-01-01',
    ],
    ['leap days that are Mondays', 'FREQ=DAILY;INTERVAL=29;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO', {}, null],
    ['a day of the year 9998', 'FREQ=DAILY;COUNT=99999999', { timeZone: berlin }, '9990-01-01'],
    ['steps of 31 years', 'FREQ=SECONDLY;INTERVAL=999999999;BYSECOND=1', {}, null],
    ['no time of day ever', 'FREQ=SECONDLY;INTERVAL=86400;BYHOUR=3', { anchor: '2026-11-28T09:00:00' }, null],
  ];
  for (const [what, rule, rest, after] of cases)
    test(what, () => {
      const series = seriesOf(rule, { anchor, ...rest });
      assertBounded(() => occurrences(series, { after, limit: 6 }).toArray(), what);
    });

  test('whatever the rule', () => {
    fc.assert(
      fc.property(anyHostileSeries, ({ series, after }) => {
        assertBounded(() => occurrences(series, { after, limit: 6 }).toArray(), JSON.stringify(series));
      }),
      { numRuns: 60 },
    );
  });
});
