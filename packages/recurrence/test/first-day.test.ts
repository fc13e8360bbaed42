import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dayOf, isoDate } from '@rondo/time/calendar';
import { dayOfDate } from '@rondo/time/iso-8601';
import { firstDayOf } from '../src/first-day.ts';
import { parseRule } from '../src/parse-rule.ts';
import { preview, strictPolicies } from '../src/occurrences.ts';
import { anyAnchor, anyMatchingRule } from './support/arbitrary-series.ts';
import { seriesOf } from './support/series.ts';

const firstDate = (rule: string, year: number, month: number, date: number) => {
  const day = firstDayOf(parseRule(rule), dayOf(year, month, date));
  return day === undefined ? undefined : isoDate(day);
};

test('the first day is the given one if the rule names no day', () => {
  for (const rule of ['daily', 'weekly', 'monthly', 'yearly', 'FREQ=MONTHLY;INTERVAL=5'])
    assert.equal(firstDate(rule, 2027, 1, 31), '2027-01-31');
});

test('the first day is the next one that the rule names, whatever its interval', () => {
  assert.equal(firstDate('FREQ=WEEKLY;INTERVAL=4;BYDAY=MO', 2027, 1, 31), '2027-02-01');
  assert.equal(firstDate('FREQ=MONTHLY;BYMONTHDAY=31', 2027, 2, 1), '2027-03-31');
  assert.equal(firstDate('FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1', 2027, 1, 30), '2027-02-26');
  assert.equal(firstDate('FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29', 2097, 3, 1), '2104-02-29');
  assert.equal(firstDate('FREQ=YEARLY;BYYEARDAY=366;BYMONTH=1', 2027, 1, 1), undefined);
});

test('the first day is the first occurrence of a series without an interval', () => {
  fc.assert(
    fc.property(anyMatchingRule, anyAnchor, (text, anchor) => {
      const rule = text.replace(/;INTERVAL=\d+/, '');
      const from = dayOfDate(anchor.slice(0, 10), null);
      const [first] = preview(seriesOf(rule, { anchor: anchor.slice(0, 10), policies: strictPolicies }), 1);
      // A series of days ignores times, which BYSETPOS counts as well.
      fc.pre(!/BYHOUR|BYMINUTE/.test(rule));
      assert.equal(isoDate(firstDayOf(parseRule(rule), from) ?? 0), first);
    }),
  );
});
