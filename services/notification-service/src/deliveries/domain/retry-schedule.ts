const firstDelayMs = 5_000;
const longestDelayMs = 3_600_000;
const giveUpAfterMs = 24 * 3_600_000;

/**
 * When a delivery that failed and may succeed is tried again; null when its 24 hours, counted from the first attempt, are
 * over. The delay doubles with every attempt and lies, by chance, in the upper half of what it may be: 5 to 10 s after
 * the first, half an hour to an hour in the end. `retry_after_ms` makes it longer, up to an hour, never shorter.
 */
export function nextAttempt({
  attempt,
  first_attempt_at: firstAttemptAt,
  now,
  retry_after_ms: retryAfterMs = 0,
  random,
}: {
  /** The number of the attempt that failed, from 1. */
  attempt: number;
  first_attempt_at: Date;
  now: Date;
  retry_after_ms?: number | undefined;
  /** From 0 up to 1. */
  random: () => number;
}): Date | null {
  const longest = Math.min(firstDelayMs * 2 ** attempt, longestDelayMs);
  const own = (longest / 2) * (1 + random());
  const delay = Math.max(own, Math.min(retryAfterMs, longestDelayMs));
  const at = Math.round(now.getTime() + delay);
  return at - firstAttemptAt.getTime() > giveUpAfterMs ? null : new Date(at);
}
