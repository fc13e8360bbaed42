import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { dayOfWall, firstInstantOf, instantOf, minuteOfWall, wallAt, wallOf } from '../src/wall-clock.ts';
import { dayOf } from '../src/calendar.ts';
import { anyZone } from './support/arbitrary-zone.ts';

const anySecond = fc
  .integer({ min: Date.UTC(1900, 0, 1) / 1_000, max: Date.UTC(2060, 0, 1) / 1_000 })
  .map((second) => second * 1_000);

describe('a wall time', () => {
  test('is a day and a minute of that day, also before 1970', () => {
    for (const day of [dayOf(1969, 12, 31), dayOf(2027, 3, 28)]) {
      const wall = wallAt(day, 1_439);
      assert.deepEqual([dayOfWall(wall), minuteOfWall(wall)], [day, 1_439]);
    }
  });

  test('at an instant is that of Temporal', () => {
    fc.assert(
      fc.property(anySecond, anyZone, (instant, zone) => {
        const zoned = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
        assert.equal(wallOf(instant, zone) - instant, zoned.offsetNanoseconds / 1e6);
      }),
    );
  });

  test('is shown first at the instant of Temporal, in gaps and overlaps as well', () => {
    fc.assert(
      fc.property(anySecond, anyZone, (wall, zone) => {
        const plain = Temporal.Instant.fromEpochMilliseconds(wall)
          .toZonedDateTimeISO('UTC')
          .toPlainDateTime();
        assert.equal(instantOf(wall, zone), plain.toZonedDateTime(zone).epochMilliseconds);
      }),
    );
  });

  test('that the clock skips has no first instant, and moves forward', () => {
    const wall = wallAt(dayOf(2027, 3, 28), 150);
    assert.equal(firstInstantOf(wall, 'Europe/Berlin'), null);
    assert.equal(instantOf(wall, 'Europe/Berlin'), Date.parse('2027-03-28T03:30:00+02:00'));
  });

  test('without a zone is in UTC', () => {
    assert.equal(instantOf(wallAt(1), null), 86_400_000);
    assert.throws(() => wallOf(Number.NaN, null), RangeError);
    assert.throws(() => wallOf(0, 'Mars/Olympus'), RangeError);
  });
});
