import { AppError } from '../errors.ts';
import type { RateLimitVerdict } from './rate-limit.ts';

/** The headers that tell a client its bucket, so that it can slow down before it is refused. */
export const rateLimitHeaders = ['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'] as const;

/** The state of a bucket as headers of an answer. */
export function headersOf({ limit, remaining, resetSeconds }: RateLimitVerdict): Record<string, string> {
  return {
    'ratelimit-limit': String(limit),
    'ratelimit-remaining': String(remaining),
    'ratelimit-reset': String(resetSeconds),
  };
}

/** 429: the bucket is empty. */
export function rateLimited(whose: string, verdict: RateLimitVerdict): AppError {
  const { limit, retryAfterSeconds: seconds } = verdict;
  return new AppError(
    'rate-limited',
    `${whose} sends too much: at most ${limit} requests at once; large ones count more. Go on in ${seconds} s.`,
    { headers: { ...headersOf(verdict), 'retry-after': String(seconds) } },
  );
}
