import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { httpOutcome } from '../../../src/channels/transports/http-outcome.ts';

const now = new Date('2026-11-21T10:00:00Z');
const outcomeOf = (code: number, retryAfter?: string, gone?: Record<number, string>) =>
  httpOutcome({ status: 'answered', code, retryAfter }, { now, ...(gone ? { gone } : {}) });

describe('the answer of a receiver', () => {
  for (const code of [200, 201, 202, 204, 206])
    test(`${code} is sent`, () => assert.deepEqual(outcomeOf(code), { status: 'sent' }));

  for (const code of [404, 408, 421, 423, 425, 429, 500, 501, 502, 503, 504, 507, 521, 530])
    test(`${code} passes: it is retried, after the time that the receiver asks for`, () => {
      const outcome = outcomeOf(code, '120');
      assert.equal(outcome.status, 'failed');
      assert.deepEqual(
        [outcome.isPermanent, outcome.isGone, outcome.retryAfterMs],
        [false, undefined, 120_000],
      );
    });

  for (const code of [301, 307, 400, 401, 403, 405, 413, 415, 422, 451])
    test(`${code} lasts: the message failed, and counts as refused`, () => {
      const outcome = outcomeOf(code, '120');
      assert.equal(outcome.status, 'failed');
      assert.deepEqual(
        [outcome.isPermanent, outcome.isGone, outcome.isRefused, outcome.retryAfterMs],
        [true, undefined, true, undefined],
      );
    });

  test('410 says that the target is gone', () => {
    const outcome = outcomeOf(410);
    assert.equal(outcome.status === 'failed' && outcome.isGone, true);
    assert.match(outcome.status === 'failed' ? outcome.reason : '', /410/);
  });

  test('other codes can say so in a protocol, with the reason', () => {
    const outcome = outcomeOf(403, undefined, { 403: 'Another key.' });
    assert.deepEqual(outcome, { status: 'failed', reason: 'Another key.', isPermanent: true, isGone: true });
  });

  for (const [retryAfter, expected] of [
    ['0', 0],
    ['1.5', 1_500],
    ['3600', 3_600_000],
    ['86400', 3_600_000],
    ['Sat, 21 Nov 2026 10:00:30 GMT', 30_000],
    ['Sat, 21 Nov 2026 09:00:00 GMT', 0],
    ['Sun, 22 Nov 2026 10:00:00 GMT', 3_600_000],
    ['soon', undefined],
    ['-5', undefined],
    ['', undefined],
  ] as const)
    test(`Retry-After ${JSON.stringify(retryAfter)} is ${expected ?? 'ignored'}`, () => {
      const outcome = outcomeOf(503, retryAfter);
      assert.equal(outcome.status === 'failed' && outcome.retryAfterMs, expected);
    });
});
