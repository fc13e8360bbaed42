import dns from 'node:dns';
import { Agent, errors, request } from 'undici';
import { AppError } from '@rondo/shared/errors';
import { createAddressGuard, type AllowPrivate } from './address-guard.ts';
import { passingFailure, permanentFailure, type Failure } from '../domain/channel.ts';
import { createGuardedConnector, type Lookup } from './guarded-connector.ts';

export type GuardedFetchOptions = {
  /** Addresses that are not public and may be reached nevertheless; plain http is for them alone. */
  allow_private: AllowPrivate;
  /** For everything from the name's resolution to the last byte that is read; 10 s by default. */
  timeout_ms?: number;
  lookup?: Lookup;
};

export type Answer = { status: 'answered'; code: number; retry_after: string | undefined };

export type GuardedFetch = AsyncDisposable & {
  /** POSTs to an address that somebody else chose. Never rejects. */
  post(
    url: string,
    content: { headers: Record<string, string>; body: string | Uint8Array },
  ): Promise<Answer | Failure>;
};

const mostBytesRead = 16 * 1024;

/**
 * HTTP for addresses that users choose, so that none of them makes this service speak to the network that it stands in
 * (OWASP ASVS 5.0, 1.3.6; CWE-918): addresses are judged where connections are made, redirects are not followed, and of
 * what a receiver says nothing but the status and `Retry-After` is kept.
 */
export function createGuardedFetch({
  allow_private: allowPrivate,
  timeout_ms: timeout = 10_000,
  lookup = dns.lookup,
}: GuardedFetchOptions): GuardedFetch {
  const judge = createAddressGuard(allowPrivate);
  const agent = new Agent({
    connect: createGuardedConnector({ judge, lookup, timeout_ms: timeout }),
    headersTimeout: timeout,
    bodyTimeout: timeout,
  });

  return {
    async post(url, { headers, body }) {
      const refusal = refusalOf(url);
      if (refusal !== undefined) return permanentFailure(refusal);
      try {
        const response = await request(url, {
          dispatcher: agent,
          method: 'POST',
          headers: { 'user-agent': 'Rondo', ...headers },
          body,
          signal: AbortSignal.timeout(timeout),
        });
        // The status is known, so that a body which is cut off, by size or by time, is no failure.
        await response.body.dump({ limit: mostBytesRead });
        const retryAfter = response.headers['retry-after'];
        return {
          status: 'answered',
          code: response.statusCode,
          retry_after: typeof retryAfter === 'string' ? retryAfter : undefined,
        };
      } catch (error) {
        return failureOf(error, timeout);
      }
    },
    [Symbol.asyncDispose]: () => agent.destroy(),
  };
}

function refusalOf(url: string): string | undefined {
  const parsed = URL.parse(url);
  if (!parsed) return 'The address is not a URL.';
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') return 'Only https addresses are used.';
  if (parsed.username || parsed.password) return 'The address must not contain a user name or a password.';
  return undefined;
}

function failureOf(error: unknown, timeout: number): Failure {
  if (error instanceof AppError) return permanentFailure(error.message);
  if (error instanceof errors.InvalidArgumentError)
    return permanentFailure(`It can't be sent: ${error.message}.`);
  if (error instanceof Error && /timeout/i.test(error.name))
    return passingFailure(`There was no answer within ${timeout / 1000} s.`);
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  return passingFailure(`The connection failed: ${code}.`);
}
