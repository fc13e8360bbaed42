import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstOffsetChange, isTimeZone, offsetMs, zoneOf } from '../src/zone.ts';

test('a zone is known by its IANA name', () => {
  assert.deepEqual(
    ['Europe/Berlin', 'UTC', 'Mars/Olympus', '', 'Berlin'].map((name) => isTimeZone(name)),
    [true, true, false, false, false],
  );
});

test('an offset can have minutes, and before 1973 seconds', () => {
  const instant = Date.UTC(1971, 5, 1);
  assert.equal(offsetMs(instant, 'Asia/Kathmandu'), 5.5 * 3_600_000);
  assert.equal(offsetMs(instant, 'Africa/Monrovia'), -(44 * 60 + 30) * 1_000);
  assert.equal(offsetMs(instant, null), 0);
});

test('a change of the offset is found to the second, at most once in a week', () => {
  const begin = Date.parse('2027-03-25T00:00:00Z');
  const end = begin + 7 * 86_400_000;
  assert.equal(firstOffsetChange(begin, end, 'Europe/Berlin'), Date.parse('2027-03-28T01:00:00Z'));
  assert.equal(firstOffsetChange(begin, end, 'Asia/Kathmandu'), undefined);
});

test('more zones and instants than the cache holds have the right offsets', () => {
  const zone = zoneOf('America/New_York');
  const years = Array.from({ length: 1_000 }, (_, index) => Date.UTC(2_000 + index, 6, 1));
  for (const name of Intl.supportedValuesOf('timeZone').slice(0, 60))
    for (const instant of years) offsetMs(instant, name);
  assert.ok(years.every((instant) => zone.offsetAt(instant) === -4 * 3_600_000));
});
