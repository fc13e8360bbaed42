import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { RRuleTemporal } from 'rrule-temporal';
import { Temporal } from 'temporal-polyfill';
import { preview, strictPolicies } from '../src/occurrences.ts';
import { RuleError } from '../src/rule-error.ts';
import { anyAnchor } from './support/arbitrary-series.ts';
import { seriesOf } from './support/series.ts';

const codes = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];
const aDay = 1_440;

const someOf = (min: number, max: number) => fc.uniqueArray(fc.integer({ min, max }), { maxLength: 4 });

type AnyRule = {
  /** The length of a period in minutes. */
  unit: number;
  interval: number;
  months: number[];
  weekdays: number[];
  hours: number[];
  minutes: number[];
};

const anyRule: fc.Arbitrary<AnyRule> = fc.record({
  unit: fc.constantFrom(1, 60),
  interval: fc.integer({ min: 1, max: 100 }),
  months: fc.oneof(fc.constant<number[]>([]), someOf(1, 12)),
  weekdays: fc.oneof(fc.constant<number[]>([]), someOf(0, 6)),
  hours: fc.oneof(fc.constant<number[]>([]), someOf(0, 23)),
  minutes: fc.oneof(fc.constant<number[]>([]), someOf(0, 59)),
});

function textOf({ unit, interval, months, weekdays, hours, minutes }: AnyRule, until: string): string {
  const part = (name: string, values: (number | string)[]) =>
    values.length === 0 ? '' : `;${name}=${values.join(',')}`;
  const by = `${part('BYMONTH', months)}${part(
    'BYDAY',
    weekdays.map((day) => codes[day] ?? ''),
  )}`;
  const times = `${part('BYHOUR', hours)}${part('BYMINUTE', minutes)}`;
  return `FREQ=${unit === 60 ? 'HOURLY' : 'MINUTELY'};INTERVAL=${interval};UNTIL=${until}${by}${times}`;
}

/** RFC 5545 section 3.3.10 as it is written, minute by minute: slow and simple. */
function minuteByMinute(rule: AnyRule, start: number, end: number): string[] {
  const isIn = (values: number[], value: number) => values.length === 0 || values.includes(value);
  const found: string[] = [];
  for (let minute = start; minute <= end; minute += 1) {
    const date = new Date(minute * 60_000);
    const steps = Math.floor(minute / rule.unit) - Math.floor(start / rule.unit);
    const minutes = rule.unit === 60 && rule.minutes.length === 0 ? [start % 60] : rule.minutes;
    if (
      steps % rule.interval === 0 &&
      isIn(rule.months, date.getUTCMonth() + 1) &&
      isIn(rule.weekdays, date.getUTCDay()) &&
      isIn(rule.hours, date.getUTCHours()) &&
      isIn(minutes, date.getUTCMinutes())
    )
      found.push(date.toISOString().replace('.000', ''));
  }
  return found;
}

/** Rules with seconds, month days, year days and positions, that match within some days. */
const anyRuleOfSeconds = fc
  .record({
    frequency: fc.constantFrom('HOURLY', 'MINUTELY', 'SECONDLY'),
    interval: fc.constantFrom(1, 2, 5, 7),
    minutes: fc.uniqueArray(fc.integer({ min: 0, max: 59 }), { minLength: 1, maxLength: 3 }),
    seconds: fc.uniqueArray(fc.integer({ min: 0, max: 59 }), { minLength: 1, maxLength: 3 }),
    day: fc.constantFrom('', ';BYMONTHDAY=1,-1,15', ';BYYEARDAY=1,100,-100,-1', ';BYDAY=TU'),
    position: fc.constantFrom('', ';BYSETPOS=1', ';BYSETPOS=-1'),
  })
  .map(
    ({ frequency, interval, minutes, seconds, day, position }) =>
      `FREQ=${frequency};INTERVAL=${interval}${day}` +
      `;BYMINUTE=${minutes.join(',')};BYSECOND=${seconds.join(',')}${position}`,
  );

/** The first times; undefined if the library gives up. */
function foundBy(library: RRuleTemporal): Temporal.ZonedDateTime[] | undefined {
  try {
    return library.all((_, index) => index < 8);
  } catch (error) {
    assert.match(String(error), /Maximum iterations/);
    return undefined;
  }
}

describe('a rule within the day', () => {
  test('gives what the standard defines, minute by minute', () => {
    fc.assert(
      fc.property(anyRule, anyAnchor, (rule, anchor) => {
        const start = Date.parse(`${anchor}Z`) / 60_000;
        const end = start + 20 * aDay;
        const until = new Date(end * 60_000).toISOString().replaceAll(/[-:]|\.000/g, '');
        const series = seriesOf(textOf(rule, until), { anchor, policies: strictPolicies });
        const expected = minuteByMinute(rule, start, end).slice(0, 50);
        let found: string[] = [];
        try {
          found = preview(series, 50);
        } catch (error) {
          assert.ok(error instanceof RuleError, String(error));
        }
        assert.deepEqual(found, expected);
      }),
      { numRuns: 150 },
    );
  });

  test('keeps wall-clock time over a clock change: every 8 hours stays at 6, 14 and 22', () => {
    const series = seriesOf('FREQ=HOURLY;INTERVAL=8', {
      anchor: '2026-03-28T14:00:00',
      timeZone: 'Europe/Berlin',
    });
    assert.deepEqual(preview(series, 4), [
      '2026-03-28T14:00:00+01:00',
      '2026-03-28T22:00:00+01:00',
      '2026-03-29T06:00:00+02:00',
      '2026-03-29T14:00:00+02:00',
    ]);
  });

  test('with matches that are too far apart is rejected', () => {
    const series = seriesOf(
      'FREQ=SECONDLY;INTERVAL=86399;BYHOUR=3;BYMINUTE=0;BYSECOND=0;BYMONTH=2;BYMONTHDAY=29',
      {
        anchor: '2026-01-01T00:00:01',
      },
    );
    assert.throws(() => preview(series, 3), {
      name: 'RuleError',
      reason: 'the rule takes more than 100000 steps to compute',
    });
  });

  test('agrees with rrule-temporal on parts that the definition above leaves out', () => {
    fc.assert(
      fc.property(anyRuleOfSeconds, anyAnchor, (rule, anchor) => {
        const dtstart = Temporal.PlainDateTime.from(anchor).toZonedDateTime('UTC');
        const library = new RRuleTemporal({
          rruleString: rule,
          dtstart,
          temporal: Temporal,
          maxIterations: 100_000,
        });
        const expected = foundBy(library)?.map((found) =>
          found.toInstant().toString({ smallestUnit: 'second' }),
        );
        fc.pre(expected !== undefined);
        assert.deepEqual(preview(seriesOf(rule, { anchor, policies: strictPolicies }), 8), expected);
      }),
      { numRuns: 150 },
    );
  });
});
