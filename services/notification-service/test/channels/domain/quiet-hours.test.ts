import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { anyZone } from '@rondo/time/test/arbitrary-zone';
import { deliverableAt, type QuietHours } from '../../../src/channels/domain/quiet-hours.ts';

const night: QuietHours = { zone: 'Europe/Berlin', from: '22:00', to: '07:00' };

const at = (text: string, quiet: QuietHours | null) => deliverableAt(new Date(text), quiet).toISOString();

const minuteMs = 60_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Local time as `HH:MM` by Intl, independent of the code under test. */
function clock(ms: number, zone: string): string {
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  formats.set(zone, format);
  return format.format(ms);
}

function isQuiet(ms: number, { zone, from, to }: QuietHours): boolean {
  const now = clock(ms, zone);
  return from <= to ? from <= now && now < to : from <= now || now < to;
}

const clockTime = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'));

/** Half of the times and days are close to clock changes. */
const anyQuiet = fc.record({
  zone: anyZone,
  from: clockTime,
  to: fc.oneof(clockTime, fc.constantFrom('00:00', '01:30', '02:00', '02:30', '03:00')),
});
const anyInstant = fc
  .oneof(
    fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2040, 0, 1) }),
    fc
      .tuple(
        fc.constantFrom('2026-03-29', '2026-10-25', '2026-03-08', '2026-11-01', '2026-04-05', '2026-10-04'),
        fc.integer({ min: -20 * 60 * minuteMs, max: 30 * 60 * minuteMs }),
      )
      .map(([day, ms]) => Date.parse(day) + ms),
  )
  .map((ms) => new Date(ms));

describe('quiet hours', () => {
  test('postpone what is due at night until the morning', () => {
    assert.equal(at('2026-11-21T20:59:59.999Z', night), '2026-11-21T20:59:59.999Z');
    assert.equal(at('2026-11-21T21:00:00Z', night), '2026-11-22T06:00:00.000Z');
    assert.equal(at('2026-11-22T05:59:59Z', night), '2026-11-22T06:00:00.000Z');
    assert.equal(at('2026-11-22T06:00:00Z', night), '2026-11-22T06:00:00.000Z');
  });

  test('may start and end on the same day', () => {
    const lunch = { zone: 'Asia/Kathmandu', from: '12:00', to: '13:30' };
    assert.equal(at('2026-11-21T06:15:00Z', lunch), '2026-11-21T07:45:00.000Z');
    assert.equal(at('2026-11-21T06:14:00Z', lunch), '2026-11-21T06:14:00.000Z');
    assert.equal(at('2026-11-21T07:45:00Z', lunch), '2026-11-21T07:45:00.000Z');
  });

  test('do not apply if they are null, or start and end at the same time', () => {
    assert.equal(at('2026-11-21T23:00:00Z', null), '2026-11-21T23:00:00.000Z');
    assert.equal(at('2026-11-21T23:00:00Z', { ...night, to: '22:00' }), '2026-11-21T23:00:00.000Z');
  });

  test('are an hour shorter or longer when the clock changes during them', () => {
    assert.equal(at('2026-03-28T21:00:00Z', night), '2026-03-29T05:00:00.000Z');
    assert.equal(at('2026-10-24T20:00:00Z', night), '2026-10-25T06:00:00.000Z');
  });

  test('end with the clock change that skips their end', () => {
    // In Berlin 02:00 becomes 03:00.
    assert.equal(at('2026-03-28T23:00:00Z', { ...night, to: '02:30' }), '2026-03-29T01:00:00.000Z');
  });

  test('occur twice when their hour occurs twice', () => {
    // In Berlin 03:00 becomes 02:00 again, at 01:00 UTC.
    const late = { ...night, to: '02:30' };
    assert.equal(at('2026-10-25T00:10:00Z', late), '2026-10-25T00:30:00.000Z');
    assert.equal(at('2026-10-25T00:40:00Z', late), '2026-10-25T00:40:00.000Z');
    assert.equal(at('2026-10-25T01:10:00Z', late), '2026-10-25T01:30:00.000Z');
  });

  test('throw for an unknown zone', () => {
    assert.throws(() => at('2026-11-21T10:00:00Z', { ...night, zone: 'Mars/Base' }), RangeError);
  });

  test('postpone to the first moment outside them, and postpone nothing else', () => {
    fc.assert(
      fc.property(anyInstant, anyQuiet, (instant, quiet) => {
        const result = deliverableAt(instant, quiet).getTime();
        if (!isQuiet(instant.getTime(), quiet)) return assert.equal(result, instant.getTime());
        assert.ok(result > instant.getTime());
        assert.equal(isQuiet(result, quiet), false);
        for (let ms = result - minuteMs; ms > instant.getTime(); ms -= minuteMs)
          assert.ok(isQuiet(ms, quiet), `${new Date(ms).toISOString()} was not quiet`);
      }),
      { numRuns: 500 },
    );
  });
});
