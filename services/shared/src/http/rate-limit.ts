import { createRecentMap } from '../workers/recent-map.ts';

/** A token bucket: it holds `burst` tokens and gets `perSecond` more each second. 0 per second is no limit. */
export type RateLimit = { perSecond: number; burst: number };

export type RateLimitVerdict = {
  isAllowed: boolean;
  limit: number;
  /** Whole tokens that are left. */
  remaining: number;
  /** Seconds until the bucket is full again, rounded up. */
  resetSeconds: number;
  /** Seconds until the refused request can succeed, rounded up; 0 if it was allowed. */
  retryAfterSeconds: number;
};

export type TokenBuckets = {
  /** Takes tokens from the bucket of a key, all or none. A request that costs more than `burst` costs `burst`. */
  take(key: string, cost: number): RateLimitVerdict;
  /**
   * Takes tokens also from an empty bucket.
   * @param spared how many tokens the bucket should keep (0)
   * @returns how long until there would have been enough, in milliseconds
   */
  borrow(key: string, cost: number, spared?: number): number;
  /** How many buckets are remembered. */
  readonly size: number;
};

const bytesPerToken = 16 * 1024;
const rowsPerToken = 100;
/** As many bytes cost as much as a row. */
export const bytesPerRow = Math.ceil(bytesPerToken / rowsPerToken);
/** A row that is only passed over costs a tenth of one that is answered. */
const skippedPerRow = 10;
/** After this number within the time that a bucket needs to fill up, earlier buckets are forgotten, even if not full. */
const maxBuckets = 50_000;

/** What a request costs: 1, plus 1 for each 16 KiB of its body, and for each 100 rows beyond the first 100. */
export function costOf({ bytes = 0, rows = 0 }: { bytes?: number; rows?: number }): number {
  return 1 + Math.floor(bytes / bytesPerToken) + costOfRows(rows);
}

/** What a part of a streamed answer costs: 1 for each 16 KiB. */
export function costOfPart(bytes: number): number {
  return bytes / bytesPerToken;
}

/** What a page of a list costs, as a number of rows: those that it asks for, and a tenth of those that it skips. */
export function rowsOfPage({ limit, offset }: { limit: number; offset: number }): number {
  return limit + Math.floor(offset / skippedPerRow);
}

export function costOfRows(rows: number): number {
  return Math.max(0, Math.floor((rows - rowsPerToken) / rowsPerToken));
}

/**
 * Buckets that refill continuously. A bucket is one number, the time at which it is full again (GCRA, ITU-T I.371). Those that
 * were not used for the time that an empty one needs to fill up are full, and are forgotten, all at once.
 * @param now a monotonic clock, in milliseconds
 */
export function createTokenBuckets(
  { perSecond, burst }: RateLimit,
  now: () => number = () => performance.now(),
): TokenBuckets {
  const msPerToken = 1000 / perSecond;
  const msToFill = burst * msPerToken;
  /** When each bucket is full. */
  const buckets = createRecentMap<number>({ keptMs: msToFill, maxKeys: maxBuckets, now });

  /** When a bucket that gives these tokens is full again, and by how much that is too late. */
  function without(key: string, cost: number, at: number) {
    const full = Math.max(buckets.get(key) ?? at, at);
    const after = full + Math.min(cost, burst) * msPerToken;
    return { full, after, lateMs: after - at - msToFill };
  }

  return {
    get size() {
      return buckets.size;
    },
    take(key, cost) {
      const at = now();
      const { full, after, lateMs } = without(key, cost, at);
      // The tolerance is for rounding: time is a fraction.
      const isAllowed = lateMs <= 1e-6;
      const kept = isAllowed ? after : full;
      buckets.set(key, kept);
      return {
        isAllowed,
        limit: burst,
        remaining: Math.max(0, Math.floor(burst - (kept - at) / msPerToken + 1e-6)),
        resetSeconds: Math.ceil((kept - at) / 1000),
        retryAfterSeconds: isAllowed ? 0 : Math.max(1, Math.ceil(lateMs / 1000)),
      };
    },
    borrow(key, cost, spared = 0) {
      const { after, lateMs } = without(key, cost, now());
      buckets.set(key, after);
      return Math.max(0, lateMs + spared * msPerToken);
    },
  };
}
