import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { nextAttempt } from '../../../src/deliveries/domain/retry-schedule.ts';

const second = 1_000;
const hour = 3_600 * second;
const start = new Date('2026-11-21T10:00:00Z');

/** The times of all attempts of a delivery that always fails, in milliseconds after the first. */
function schedule(random: () => number): number[] {
  const times = [0];
  for (;;) {
    const now = new Date(start.getTime() + (times.at(-1) ?? 0));
    const next = nextAttempt({ attempt: times.length, firstAttemptAt: start, now, random });
    if (!next) return times;
    times.push(next.getTime() - start.getTime());
  }
}

const jitter = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const given = fc.record({
  attempt: fc.integer({ min: 1, max: 2_000 }),
  elapsed: fc.integer({ min: 0, max: 30 * hour }),
  random: jitter,
  retryAfterMs: fc.option(fc.integer({ min: 0, max: 48 * hour }), { nil: undefined }),
});

const nextOf = ({
  attempt,
  elapsed,
  random,
  retryAfterMs,
}: typeof given extends fc.Arbitrary<infer T> ? T : never) =>
  nextAttempt({
    attempt,
    firstAttemptAt: start,
    now: new Date(start.getTime() + elapsed),
    retryAfterMs,
    random: () => random,
  });

describe('the retry schedule', () => {
  test('starts within seconds and backs off to at most an hour', () => {
    const waits = (times: number[]) => times.slice(1).map((time, index) => time - (times[index] ?? 0));
    assert.deepEqual(
      waits(schedule(() => 0)).slice(0, 4),
      [5, 10, 20, 40].map((n) => n * second),
    );
    assert.deepEqual(
      waits(schedule(() => 0.999_999_999)).slice(0, 4),
      [10, 20, 40, 80].map((n) => n * second),
    );
    assert.equal(waits(schedule(() => 0.999_999_999)).at(-1), hour);
  });

  test('waits 5 s to an hour, and stops after 24 hours', () => {
    fc.assert(
      fc.property(given, (input) => {
        const next = nextOf(input);
        if (!next) return;
        const wait = next.getTime() - start.getTime() - input.elapsed;
        assert.ok(wait >= 5 * second && wait <= hour, String(wait));
        assert.ok(next.getTime() - start.getTime() <= 24 * hour);
      }),
    );
  });

  test('gives up only if the next attempt would be too late', () => {
    fc.assert(
      fc.property(given, (input) => {
        if (input.elapsed <= 23 * hour) assert.ok(nextOf(input));
        if (input.elapsed >= 24 * hour) assert.equal(nextOf(input), null);
      }),
    );
  });

  test('respects Retry-After, up to an hour', () => {
    fc.assert(
      fc.property(given, (input) => {
        const [asked, own] = [nextOf(input), nextOf({ ...input, retryAfterMs: undefined })];
        if (!asked) return;
        const wait = asked.getTime() - start.getTime() - input.elapsed;
        assert.ok(wait >= Math.min(input.retryAfterMs ?? 0, hour));
        assert.ok(own && asked >= own);
      }),
    );
  });

  test('ends after 30 to 60 attempts, whatever the jitter', () => {
    fc.assert(
      fc.property(fc.infiniteStream(jitter), (stream) => {
        const times = schedule(() => stream.next().value ?? 0);
        assert.ok(times.length >= 30 && times.length <= 60, String(times.length));
        assert.ok((times.at(-1) ?? 0) > 22 * hour);
      }),
    );
  });

  test('spreads deliveries that failed at the same time', () => {
    const times = [0, 0.25, 0.5, 0.75].map((random) =>
      nextAttempt({ attempt: 5, firstAttemptAt: start, now: start, random: () => random })?.getTime(),
    );
    assert.equal(new Set(times).size, 4);
  });
});
