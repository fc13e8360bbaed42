import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  addUnits,
  civilOf,
  dayOf,
  endOfMonth,
  exactDay,
  isoDate,
  isoWeekday,
  isUsable,
  nextMonthly,
  nextYearly,
} from '../src/calendar.ts';
import { firstWeekOf, monthSpan, weekStartOf, weekYearOf, yearSpan } from '../src/spans.ts';

describe('a day', () => {
  test('has a date and an ISO weekday, also before 1970', () => {
    assert.deepEqual(civilOf(dayOf(2027, 2, 31)), { year: 2027, month: 3, date: 3 });
    assert.deepEqual([dayOf(1970, 1, 1), dayOf(1969, 12, 28), dayOf(2027, 3, 1)].map(isoWeekday), [4, 7, 1]);
    assert.equal(isoDate(dayOf(2027, 3, 1)), '2027-03-01');
  });

  test('is usable from 1973 to 9998', () => {
    assert.deepEqual(
      [dayOf(1972, 12, 31), dayOf(1973, 1, 1), dayOf(9998, 12, 31), dayOf(9999, 1, 1)].map(isUsable),
      [false, true, true, false],
    );
    assert.equal(exactDay(2027, 2, 29), undefined);
    assert.equal(exactDay(2028, 2, 29), dayOf(2028, 2, 29));
  });

  test('moves by units, to the last day of a short month', () => {
    const day = dayOf(2027, 1, 31);
    assert.deepEqual(
      [addUnits(day, 1, 'day'), addUnits(day, 1, 'week'), addUnits(day, 1, 'month'), addUnits(day, 1, 'year')]
        .map(isoDate)
        .join(),
      '2027-02-01,2027-02-07,2027-02-28,2028-01-31',
    );
    assert.equal(isoDate(endOfMonth(dayOf(2028, 2, 3))), '2028-02-29');
  });

  test('comes again with the next such date', () => {
    const from = dayOf(2097, 3, 1);
    assert.equal(isoDate(nextYearly(2, 29, from) ?? 0), '2104-02-29');
    assert.equal(isoDate(nextMonthly(31, dayOf(2027, 4, 1)) ?? 0), '2027-05-31');
  });
});

test('months, years and numbered weeks are runs of days', () => {
  assert.deepEqual(monthSpan(2028, 2), { first: dayOf(2028, 2, 1), length: 29 });
  assert.deepEqual(yearSpan(2100), { first: dayOf(2100, 1, 1), length: 365 });
  assert.equal(isoDate(firstWeekOf(2027, 1)), '2027-01-04');
  assert.equal(isoDate(weekStartOf(dayOf(2027, 1, 3), 7)), '2027-01-03');
  assert.deepEqual(
    [dayOf(2027, 1, 3), dayOf(2024, 12, 30)].map((day) => weekYearOf(day, 1)),
    [2026, 2025],
  );
});
