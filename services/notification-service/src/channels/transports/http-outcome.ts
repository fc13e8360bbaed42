import { permanentFailure, type Failure, type Outcome } from '../domain/channel.ts';
import type { Answer } from './guarded-fetch.ts';

const maxRetryAfterMs = 3_600_000;

/**
 * The outcome of a message by the status of the HTTP answer (RFC 9110 section 15): 2xx is sent; 408, 429 and 5xx may be
 * retried; everything else is permanent. `goneCodes` are the codes with which this protocol says that the target is gone.
 */
export function httpOutcome(
  answer: Answer | Failure,
  { now, goneCodes }: { now: Date; goneCodes: readonly number[] },
): Outcome {
  if (answer.status === 'failed') return answer;
  const { code } = answer;
  if (code >= 200 && code < 300) return { status: 'sent' };
  if (code >= 300 && code < 400)
    return permanentFailure(`The receiver answered ${code}: redirects are not followed.`);
  const retryAfterMs = code === 429 || code === 503 ? millisecondsOf(answer.retryAfter, now) : undefined;
  return {
    status: 'failed',
    reason: `The receiver answered ${code}.`,
    isPermanent: code !== 408 && code !== 429 && code < 500,
    ...(goneCodes.includes(code) ? { isGone: true } : {}),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/** Reads `Retry-After` (RFC 9110 section 10.2.3), seconds or a date; between 0 and an hour. */
function millisecondsOf(retryAfter: string | undefined, now: Date): number | undefined {
  if (retryAfter === undefined) return undefined;
  const ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - now.getTime();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), maxRetryAfterMs);
}
