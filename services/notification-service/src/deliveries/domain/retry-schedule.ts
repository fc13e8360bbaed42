const firstDelayMs = 5_000;
const maxDelayMs = 3_600_000;
const giveUpAfterMs = 24 * 3_600_000;

/**
 * When to retry a failed delivery: exponential backoff with jitter. The delay is 5 to 10 s after the first attempt, doubles
 * with each attempt, and is at most 30 to 60 minutes. The receiver's `Retry-After` can make it longer, up to an hour, never
 * shorter.
 * @returns null if the retry would be more than 24 hours after the first attempt
 */
export function nextAttempt({
  attempt,
  firstAttemptAt,
  now,
  retryAfterMs = 0,
  random,
}: {
  /** The number of the attempt that failed, from 1. */
  attempt: number;
  firstAttemptAt: Date;
  now: Date;
  retryAfterMs?: number | undefined;
  /** From 0 up to 1. */
  random: () => number;
}): Date | null {
  const longest = Math.min(firstDelayMs * 2 ** attempt, maxDelayMs);
  const backoff = (longest / 2) * (1 + random());
  const delay = Math.max(backoff, Math.min(retryAfterMs, maxDelayMs));
  const at = Math.round(now.getTime() + delay);
  return at - firstAttemptAt.getTime() > giveUpAfterMs ? null : new Date(at);
}
