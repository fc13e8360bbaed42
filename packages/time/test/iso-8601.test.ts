import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  clockText,
  dayOfDate,
  instantOfText,
  isPlain,
  movedByDays,
  rfc3339,
  wallOfText,
  wallText,
  withClockOf,
} from '../src/iso-8601.ts';

test('a wall time is written and read back', () => {
  const anyWall = fc
    .integer({ min: Date.UTC(1000, 0, 1) / 1_000, max: Date.UTC(9998, 11, 31) / 1_000 })
    .map((second) => second * 1_000);
  fc.assert(fc.property(anyWall, (wall) => assert.equal(wallOfText(wallText(wall)), wall)));
  assert.equal(clockText(569), '09:29');
});

describe('a text that is read', () => {
  test('is a plain date, a plain date-time or an instant', () => {
    assert.equal(wallOfText('2027-03-28'), Date.UTC(2027, 2, 28));
    assert.equal(wallOfText('2027-03-28t09:30'), Date.UTC(2027, 2, 28, 9, 30));
    assert.equal(wallOfText('2027-03-28T09:30:60.5'), Date.UTC(2027, 2, 28, 9, 30, 59));
    assert.equal(instantOfText('2027-03-28T09:30:15.999Z'), Date.UTC(2027, 2, 28, 9, 30, 15));
    assert.equal(instantOfText('2027-03-28T09:30:00-02:30'), Date.UTC(2027, 2, 28, 12));
    assert.deepEqual(['2027-03-28', '2027-03-28T09:30', '2027-03-28T09:30Z'].map(isPlain), [
      true,
      true,
      false,
    ]);
  });

  for (const text of ['2026-02-30', '2026-13-01', '0999-01-01', '2026-01-01T24:00', '2026-01-01T10:00Z', 'x'])
    test(`"${text}" is not a wall time`, () => assert.throws(() => wallOfText(text), RangeError));
  for (const text of ['2026-02-30T10:00Z', '2026-01-01', '2026-01-01T10:00', '2026-01-01T10:00+24:00', 'x'])
    test(`"${text}" is not an instant`, () => assert.throws(() => instantOfText(text), RangeError));
});

test('RFC 3339 has the offset of the zone, or Z', () => {
  const instant = Date.UTC(2027, 0, 1, 8);
  assert.equal(rfc3339(instant, 'Asia/Kathmandu'), '2027-01-01T13:45:00+05:45');
  assert.equal(rfc3339(instant, 'UTC'), '2027-01-01T08:00:00+00:00');
  assert.equal(rfc3339(instant, null), '2027-01-01T08:00:00Z');
  assert.equal(rfc3339(Date.UTC(1971, 5, 1), 'Africa/Monrovia'), '1971-06-01T00:00:00Z');
});

test('a date moves by days of the zone, at the same time of day', () => {
  assert.equal(movedByDays('2027-02-28', 1, 'Europe/Berlin'), '2027-03-01');
  assert.equal(movedByDays('2027-03-27T09:00:00+01:00', 1, 'Europe/Berlin'), '2027-03-28T09:00:00+02:00');
  assert.equal(movedByDays('2027-03-27T09:00:00.5+01:00', 1, 'Europe/Berlin'), '2027-03-28T07:00:00.500Z');
  assert.equal(dayOfDate('2027-03-27T23:30:00Z', 'Europe/Berlin'), dayOfDate('2027-03-28', 'Europe/Berlin'));
});

test('a date keeps its wall clock in another zone', () => {
  const fromVienna = (text: string) => withClockOf(text, 'Europe/Vienna', 'America/New_York');
  assert.equal(fromVienna('2027-03-10T08:00:15+01:00'), '2027-03-10T08:00:15-05:00');
  assert.equal(fromVienna('2027-03-10T07:00:00.5Z'), '2027-03-10T13:00:00.500Z');
  assert.equal(fromVienna('2027-03-14T02:30:00+01:00'), '2027-03-14T03:30:00-04:00');
  assert.equal(fromVienna('2027-03-10'), '2027-03-10');
});
