import { permanentFailure, type Failure, type Outcome } from '../domain/channel.ts';
import type { Answer } from './guarded-fetch.ts';

const longestRetryAfterMs = 3_600_000;

/**
 * What an answer over HTTP means for a message. 408, 429 and 5xx (RFC 9110 section 15) may pass, every other refusal
 * will not; `goneCodes` are the ones by which this protocol says that the target is no more.
 */
export function outcomeOfAnswer(
  answer: Answer | Failure,
  { now, goneCodes }: { now: Date; goneCodes: readonly number[] },
): Outcome {
  if (answer.status === 'failed') return answer;
  const { code } = answer;
  if (code >= 200 && code < 300) return { status: 'sent' };
  if (code >= 300 && code < 400)
    return permanentFailure(`The receiver answered ${code}: redirects are not followed.`);
  const retryAfterMs = code === 429 || code === 503 ? millisecondsOf(answer.retry_after, now) : undefined;
  return {
    status: 'failed',
    reason: `The receiver answered ${code}.`,
    is_permanent: code !== 408 && code !== 429 && code < 500,
    ...(goneCodes.includes(code) ? { is_gone: true } : {}),
    ...(retryAfterMs === undefined ? {} : { retry_after_ms: retryAfterMs }),
  };
}

/** `Retry-After` (RFC 9110 section 10.2.3): seconds or a date; at most an hour, and never in the past. */
function millisecondsOf(retryAfter: string | undefined, now: Date): number | undefined {
  if (retryAfter === undefined) return undefined;
  const ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - now.getTime();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), longestRetryAfterMs);
}
