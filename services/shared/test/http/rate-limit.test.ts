import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { costOf, createTokenBuckets, rowsOfPage } from '../../src/http/rate-limit.ts';

test('a request costs 1, and 1 more for each 16 KiB and for each 100 rows beyond the first 100', () => {
  for (const [request, cost] of [
    [{}, 1],
    [{ bytes: 16_383 }, 1],
    [{ bytes: 16_384 }, 2],
    [{ bytes: 4 * 1024 * 1024 }, 257],
    [{ rows: 100 }, 1],
    [{ rows: 199 }, 1],
    [{ rows: 200 }, 2],
    [{ rows: 500, bytes: 65_536 }, 9],
    [{ rows: 1_000 }, 10],
  ] as const)
    assert.equal(costOf(request), cost, JSON.stringify(request));
});

test('a bucket gives its burst at once, and then its rate; a refusal takes nothing', () => {
  let now = 0;
  const buckets = createTokenBuckets({ perSecond: 10, burst: 5 }, () => now);
  for (let left = 4; left >= 0; left -= 1)
    assert.deepEqual(buckets.take('a', 1), {
      isAllowed: true,
      limit: 5,
      remaining: left,
      resetSeconds: 1,
      retryAfterSeconds: 0,
    });
  for (let n = 0; n < 3; n += 1) {
    const { isAllowed, remaining, retryAfterSeconds } = buckets.take('a', 1);
    assert.deepEqual([isAllowed, remaining, retryAfterSeconds], [false, 0, 1]);
  }
  assert.equal(buckets.take('b', 5).isAllowed, true, 'another key has a bucket of its own');
  now = 100;
  assert.equal(buckets.take('a', 1).isAllowed, true);
  assert.equal(buckets.take('a', 1).isAllowed, false);
});

test('Retry-After is the time after which the same request passes', () => {
  let now = 0;
  const buckets = createTokenBuckets({ perSecond: 2, burst: 10 }, () => now);
  assert.equal(buckets.take('a', 10).isAllowed, true);
  const { retryAfterSeconds } = buckets.take('a', 9);
  assert.equal(retryAfterSeconds, 5);
  now = retryAfterSeconds * 1000;
  assert.equal(buckets.take('a', 9).isAllowed, true);
});

test('a request that costs more than the burst passes when the bucket is full', () => {
  let now = 0;
  const buckets = createTokenBuckets({ perSecond: 10, burst: 20 }, () => now);
  assert.equal(buckets.take('a', 500).isAllowed, true);
  assert.equal(buckets.take('a', 500).isAllowed, false);
  now = 2_000;
  assert.equal(buckets.take('a', 500).isAllowed, true);
});

test('any sequence of requests gets at most burst and rate, and a client that waits for Retry-After is not refused', () => {
  const asks = fc.array(fc.record({ afterMs: fc.nat(300), cost: fc.integer({ min: 1, max: 8 }) }), {
    minLength: 1,
    maxLength: 200,
  });
  fc.assert(
    fc.property(asks, (all) => {
      let now = 0;
      const limit = { perSecond: 20, burst: 10 };
      const buckets = createTokenBuckets(limit, () => now);
      const passed: { at: number; cost: number }[] = [];
      for (const { afterMs, cost } of all) {
        now += afterMs;
        const { isAllowed, retryAfterSeconds } = buckets.take('a', cost);
        if (!isAllowed) {
          now += retryAfterSeconds * 1000;
          assert.equal(buckets.take('a', cost).isAllowed, true, 'after Retry-After');
        }
        passed.push({ at: now, cost });
        let sum = 0;
        for (const { at, cost: taken } of passed.toReversed()) {
          sum += taken;
          const most = limit.burst + ((now - at) / 1000) * limit.perSecond;
          assert.ok(sum <= most + 1e-6, `${sum} since ${at}, at ${now}`);
        }
      }
    }),
  );
});

test('buckets that are full again are forgotten: many addresses leave no memory behind', () => {
  let now = 0;
  const buckets = createTokenBuckets({ perSecond: 100, burst: 500 }, () => now);
  let largest = 0;
  for (let n = 0; n < 100_000; n += 1) {
    now += 0.5;
    buckets.take(`address ${n}`, 1);
    largest = Math.max(largest, buckets.size);
  }
  assert.ok(largest <= 20_001, `those of the last ten seconds: ${largest}`);
  for (let n = 0; n < 2; n += 1) {
    now += 10_000;
    buckets.take('another', 1);
  }
  assert.ok(buckets.size <= 2, `${buckets.size}`);
  // At one instant none is full again: the number is bounded all the same.
  for (let n = 0; n < 250_000; n += 1) buckets.take(`at once ${n}`, 1);
  assert.ok(buckets.size <= 100_000, `${buckets.size}`);
});

test('a page costs what it asks for, and a tenth of the rows that it skips', () => {
  assert.equal(rowsOfPage({ limit: 50, offset: 0 }), 50);
  assert.equal(rowsOfPage({ limit: 100, offset: 1_000_000 }), 100_100);
});

test('who borrows waits until the bucket would have had the tokens', () => {
  let now = 0;
  const buckets = createTokenBuckets({ perSecond: 10, burst: 5 }, () => now);
  const waits = Array.from({ length: 8 }, () => Math.round(buckets.borrow('a', 1)));
  assert.deepEqual(waits, [0, 0, 0, 0, 0, 100, 200, 300]);
  now = 300;
  assert.equal(Math.round(buckets.borrow('a', 2)), 200);
  assert.equal(buckets.borrow('b', 5), 0);
  now = 10_000;
  assert.equal(buckets.borrow('a', 5), 0);
});

test('who spares tokens waits until the bucket would have kept them', () => {
  const buckets = createTokenBuckets({ perSecond: 10, burst: 5 }, () => 0);
  const waits = Array.from({ length: 4 }, () => Math.round(buckets.borrow('a', 1, 3)));
  assert.deepEqual(waits, [0, 0, 100, 200]);
  assert.ok(buckets.take('a', 1).isAllowed);
});
