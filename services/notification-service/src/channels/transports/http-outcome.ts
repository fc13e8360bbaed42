import { permanentFailure, type Failure, type Outcome } from '../domain/channel.ts';
import type { Answer } from './guarded-fetch.ts';

const maxRetryAfterMs = 3_600_000;

/**
 * Answers that pass by themselves (RFC 9110 section 15, RFC 6585, RFC 8470, RFC 4918), beside all of 5xx. 404 is one of them: a
 * proxy that reloads its routes answers it for some seconds.
 */
const passing = new Set([404, 408, 421, 423, 425, 429]);

/**
 * The outcome of a message by the status of the HTTP answer: 2xx is sent; passing answers are retried, after the time of
 * `Retry-After`; everything else is permanent. 410 says that the target is gone. `gone` names more codes that say so in this
 * protocol, with the reason.
 */
export function httpOutcome(
  answer: Answer | Failure,
  { now, gone = {} }: { now: Date; gone?: Readonly<Record<number, string>> },
): Outcome {
  if (answer.status === 'failed') return answer;
  const { code } = answer;
  if (code >= 200 && code < 300) return { status: 'sent' };
  if (code in gone || code === 410)
    return { ...permanentFailure(gone[code] ?? 'The receiver answered 410: it is gone.'), isGone: true };
  if (code >= 300 && code < 400)
    return {
      ...permanentFailure(`The receiver answered ${code}: redirects are not followed.`),
      isRefused: true,
    };
  const isPassing = code >= 500 || passing.has(code);
  const retryAfterMs = isPassing ? millisecondsOf(answer.retryAfter, now) : undefined;
  return {
    status: 'failed',
    reason: `The receiver answered ${code}.`,
    isPermanent: !isPassing,
    ...(code === 404 || !isPassing ? { isRefused: true } : {}),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/** Reads `Retry-After` (RFC 9110 section 10.2.3), seconds or a date; between 0 and an hour. */
function millisecondsOf(retryAfter: string | undefined, now: Date): number | undefined {
  if (retryAfter === undefined) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(retryAfter)
    ? Number(retryAfter) * 1000
    : /^[A-Z][a-z]{2}/.test(retryAfter)
      ? Date.parse(retryAfter) - now.getTime()
      : Number.NaN;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), maxRetryAfterMs);
}
