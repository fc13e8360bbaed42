import fc from 'fast-check';
import { weekdayCodes } from '../../src/rule.ts';

const listOf = (min: number, max: number, maxLength = 3) =>
  fc
    .uniqueArray(
      fc.integer({ min, max }).filter((value) => value !== 0 || min === 0),
      { minLength: 1, maxLength },
    )
    .map((values) => values.join(','));

const weekday = fc.constantFrom(...weekdayCodes);
const weekdays = fc.uniqueArray(weekday, { minLength: 1, maxLength: 4 }).map((codes) => codes.join(','));
const counted = (max: number) =>
  fc
    .uniqueArray(fc.tuple(fc.integer({ min: -max, max }), weekday), { minLength: 1, maxLength: 3 })
    .map((days) => days.map(([nth, code]) => `${nth === 0 ? '' : nth}${code}`).join(','));

type Parts = Record<string, string | undefined>;

const textOf = (frequency: string, parts: Parts) =>
  Object.entries(parts).reduce(
    (text, [name, value]) => (value === undefined ? text : `${text};${name}=${value}`),
    `FREQ=${frequency}`,
  );

/** A value in `tenths` of ten cases, else undefined. */
const maybe = <Value>(arbitrary: fc.Arbitrary<Value>, tenths = 4) =>
  fc.oneof({ weight: 10 - tenths, arbitrary: fc.constant(undefined) }, { weight: tenths, arbitrary });

const shared = {
  INTERVAL: maybe(fc.integer({ min: 1, max: 5 }).map(String)),
  WKST: maybe(weekday, 2),
  BYHOUR: maybe(listOf(0, 23, 2), 2),
  BYMINUTE: maybe(listOf(0, 59, 2), 2),
};

/** BYSETPOS needs another BY part: it is dropped if there is none. */
const withPositions = (rules: fc.Arbitrary<string>) =>
  fc
    .tuple(rules, maybe(listOf(-3, 3, 2), 2))
    .map(([rule, positions]) => (positions && /BY/.test(rule) ? `${rule};BYSETPOS=${positions}` : rule));

const daily = fc
  .record({
    ...shared,
    BYMONTH: maybe(listOf(1, 12)),
    BYMONTHDAY: maybe(listOf(-28, 28)),
    BYDAY: maybe(weekdays),
  })
  .map((parts) => textOf('DAILY', parts));
const weekly = fc
  .record({ ...shared, BYMONTH: maybe(listOf(1, 12)), BYDAY: maybe(weekdays) })
  .map((parts) => textOf('WEEKLY', parts));
const monthly = fc
  .record({
    ...shared,
    BYMONTH: maybe(listOf(1, 12)),
    BYMONTHDAY: maybe(listOf(-31, 31)),
    BYDAY: maybe(counted(5)),
  })
  .map((parts) => textOf('MONTHLY', parts));
const yearly = fc
  .record({
    ...shared,
    BYMONTH: maybe(listOf(1, 12)),
    BYMONTHDAY: maybe(listOf(-31, 31)),
    BYDAY: maybe(counted(5)),
  })
  .map((parts) => textOf('YEARLY', parts));

/** YEARLY rules with the parts that only they have, without week 53 and without weekdays of year days. */
export const yearlyByNumber = fc.oneof(
  fc
    .record({ BYYEARDAY: listOf(-366, 366), BYMONTH: maybe(listOf(1, 12)) })
    .map((parts) => textOf('YEARLY', parts)),
  fc.record({ BYWEEKNO: listOf(2, 51), BYDAY: maybe(weekdays) }).map((parts) => textOf('YEARLY', parts)),
);

/** Rules from DAILY to YEARLY with each part that RFC 5545 allows for them. Some never match. */
export const anyRule = withPositions(fc.oneof(daily, weekly, monthly, yearly));

/** Plain date-times from 1990 to 2060, to the minute. */
export const anyAnchor = fc
  .integer({ min: Date.UTC(1990, 0, 1) / 60_000, max: Date.UTC(2060, 0, 1) / 60_000 })
  .map((minutes) => new Date(minutes * 60_000).toISOString().slice(0, 19));

/** Rules as `anyRule` that match at every anchor, under every policy. */
export const anyMatchingRule = fc.oneof(
  fc.record({ ...shared }).map((parts) => textOf('DAILY', parts)),
  weekly,
  fc.record({ ...shared, BYMONTHDAY: maybe(listOf(-28, 31)) }).map((parts) => textOf('MONTHLY', parts)),
  fc.record({ ...shared, BYDAY: counted(4) }).map((parts) => textOf('MONTHLY', parts)),
  fc
    .record({ ...shared, BYMONTH: listOf(2, 12).map((months) => `1,${months}`) })
    .map((parts) => textOf('YEARLY', parts)),
);
