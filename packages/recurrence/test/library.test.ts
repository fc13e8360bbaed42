import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { RRuleTemporal } from 'rrule-temporal';
import { Temporal } from 'temporal-polyfill';
import { preview, strictPolicies } from '../src/occurrences.ts';
import { RuleError } from '../src/rule-error.ts';
import { anyAnchor, anyRule, yearlyByNumber } from './support/arbitrary-series.ts';
import { seriesOf } from './support/series.ts';

const compared = 12;

/** The first instants of a rule by rrule-temporal, in UTC. */
function byLibrary(rule: string, anchor: string): string[] {
  const dtstart = Temporal.PlainDateTime.from(anchor).toZonedDateTime('UTC');
  const engine = new RRuleTemporal({
    rruleString: rule,
    dtstart,
    temporal: Temporal,
    maxIterations: 300_000,
  });
  return engine
    .all((_, index) => index < compared)
    .map((found) => found.toInstant().toString({ smallestUnit: 'second' }));
}

/** The same by this package; null if it rejects the rule. */
function byPackage(rule: string, anchor: string): string[] | null {
  try {
    return preview(seriesOf(rule, { anchor, policies: strictPolicies }), compared);
  } catch (error) {
    assert.ok(error instanceof RuleError, String(error));
    return null;
  }
}

/** YEARLY with a counted weekday and month days or uncounted weekdays: the library only uses the counted one. */
const isKnownWrong = (rule: string) =>
  rule.startsWith('FREQ=YEARLY') &&
  /;BYDAY=[^;]*\d/.test(rule) &&
  (/;BYMONTHDAY=/.test(rule) || /;BYDAY=([^;]*,)?[A-Z]/.test(rule));

describe('this package and rrule-temporal', () => {
  test('agree on rules from DAILY to YEARLY with every part', () => {
    fc.assert(
      fc.property(fc.oneof(anyRule, anyRule, yearlyByNumber), anyAnchor, (rule, anchor) => {
        fc.pre(!isKnownWrong(rule));
        const ours = byPackage(rule, anchor);
        fc.pre(ours !== null);
        assert.deepEqual(ours, byLibrary(rule, anchor));
      }),
      { numRuns: 200 },
    );
  });

  /** Rules for which the library is wrong. The right dates are from a calendar. */
  const disagreements: [what: string, rule: string, anchor: string, right: string[]][] = [
    [
      'week 53 that ends in January, with an anchor there',
      'FREQ=YEARLY;BYWEEKNO=53;BYDAY=FR',
      '2021-01-01',
      ['2021-01-01', '2027-01-01', '2032-12-31'],
    ],
    [
      'week 53 with a month day',
      'FREQ=YEARLY;BYWEEKNO=53;BYMONTHDAY=1',
      '2019-01-01',
      ['2021-01-01', '2027-01-01', '2033-01-01'],
    ],
    [
      'every other year of weeks, counted from the year of the anchor’s week',
      'FREQ=YEARLY;INTERVAL=2;BYWEEKNO=1;BYDAY=WE',
      '2059-12-31',
      ['2059-12-31', '2062-01-04', '2064-01-02'],
    ],
    [
      'year days that are a weekday',
      'FREQ=YEARLY;BYYEARDAY=1,100,200;BYDAY=MO',
      '2026-01-31',
      ['2027-07-19', '2029-01-01', '2034-04-10'],
    ],
    [
      'a counted weekday of the year that is a month day',
      'FREQ=YEARLY;BYDAY=2FR;BYMONTHDAY=14',
      '2018-05-11',
      ['2022-01-14', '2028-01-14', '2033-01-14'],
    ],
    [
      'a counted weekday and an uncounted one',
      'FREQ=YEARLY;BYDAY=WE,4FR',
      '2027-01-14',
      ['2027-01-20', '2027-01-22', '2027-01-27'],
    ],
  ];
  for (const [what, rule, day, right] of disagreements) {
    test(`differ if the library is wrong: ${what}`, () => {
      const found = (byPackage(rule, `${day}T09:00:00`) ?? []).slice(0, right.length);
      const expected = right.map((date) => `${date}T09:00:00Z`);
      assert.deepEqual(found, expected);
      assert.notDeepEqual(byLibrary(rule, `${day}T09:00:00`).slice(0, right.length), expected);
    });
  }
});

describe('a rule that never matches', () => {
  const never = [
    'FREQ=YEARLY;BYYEARDAY=366;BYMONTH=1',
    'FREQ=YEARLY;BYDAY=-2TH;BYMONTHDAY=1',
    'FREQ=YEARLY;BYWEEKNO=20;BYMONTH=1',
    'FREQ=MONTHLY;INTERVAL=12;BYMONTH=3;COUNT=3',
    'FREQ=MONTHLY;BYDAY=1MO;BYSETPOS=2',
    'FREQ=DAILY;INTERVAL=7;BYDAY=SU',
    'FREQ=DAILY;BYMONTHDAY=1;BYSETPOS=2',
    'FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2;UNTIL=20300101T000000Z',
    'FREQ=HOURLY;INTERVAL=24;BYHOUR=3',
    'FREQ=HOURLY;BYSETPOS=2;BYMINUTE=0',
    'FREQ=MINUTELY;INTERVAL=60;BYMINUTE=1',
    'FREQ=SECONDLY;INTERVAL=86400;BYHOUR=3',
    'FREQ=SECONDLY;BYYEARDAY=366;BYMONTH=1',
    'FREQ=HOURLY;INTERVAL=84;BYDAY=WE',
    'FREQ=HOURLY;INTERVAL=7;BYMONTH=8,12;BYDAY=MO;BYHOUR=1',
  ];
  for (const rule of never) {
    test(`${rule} is rejected quickly`, () => {
      const started = performance.now();
      assert.throws(
        () => preview(seriesOf(rule, { anchor: '2026-01-31T09:00:00', timeZone: 'Europe/Berlin' }), 3),
        { name: 'RuleError', reason: 'the rule never matches', position: rule.indexOf('BY') },
      );
      assert.ok(performance.now() - started < 2_000);
    });
  }

  test('is different from one that has ended', () => {
    const series = seriesOf('FREQ=DAILY;UNTIL=20260101', { anchor: '2026-02-01' });
    assert.deepEqual(preview(series, 3), []);
  });
});
