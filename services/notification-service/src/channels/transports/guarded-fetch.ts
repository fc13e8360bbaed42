import { Agent, errors, request } from 'undici';
import { AppError } from '@rondo/shared/errors';
import { permanentFailure, temporaryFailure, type Failure } from '../domain/channel.ts';
import { createAddressGuard, type AddressRules } from './address-guard.ts';
import { createGuardedConnector, hostOf } from './guarded-connector.ts';
import { UnresolvedName, type Names } from './names/names.ts';

/** Only private addresses that are allowed may use plain http. */
export type GuardedFetchOptions = AddressRules & {
  /** For the whole request, from name resolution to the last byte read; 10 s by default. */
  timeoutMs?: number;
  names: Names;
};

export type Answer = { status: 'answered'; code: number; retryAfter: string | undefined };

/** `workspaceId` is whose channel it is: names of one workspace that hang don't delay those of others. */
type Content = { headers: Record<string, string>; body: string | Uint8Array; workspaceId: string };

export type GuardedFetch = AsyncDisposable & {
  /** Sends a POST to a URL that a user chose. Never rejects. */
  post(url: string, content: Content): Promise<Answer | Failure>;
  /** Sends a PUT to a URL that a user chose. Never rejects. */
  put(url: string, content: Content): Promise<Answer | Failure>;
};

const maxBytesRead = 16 * 1024;

/**
 * HTTP client for URLs that users choose. It prevents server-side request forgery (OWASP ASVS 5.0, 1.3.6; CWE-918): it connects
 * only to addresses that it checked, does not follow redirects, and keeps only the status and `Retry-After` of an answer.
 */
export function createGuardedFetch({
  timeoutMs = 10_000,
  names,
  ...rules
}: GuardedFetchOptions): GuardedFetch {
  const judge = createAddressGuard(rules);
  const connector = createGuardedConnector({ judge, timeoutMs });
  const agent = new Agent({
    connect: connector.connect,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });

  async function send(
    method: 'POST' | 'PUT',
    url: string,
    { headers, body, workspaceId }: Content,
  ): Promise<Answer | Failure> {
    const server = serverOf(url);
    if (typeof server === 'string') return permanentFailure(server);
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const addresses = await names.lookup(hostOf(server), { asker: workspaceId, signal });
      using _admission = connector.admit(server, addresses);
      const response = await request(server, {
        dispatcher: agent,
        method,
        headers: { 'user-agent': 'Rondo', ...headers },
        body,
        signal,
      });
      // The status is known: a body that is too long or too slow is not a failure.
      await response.body.dump({ limit: maxBytesRead });
      const retryAfter = response.headers['retry-after'];
      return {
        status: 'answered',
        code: response.statusCode,
        retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
      };
    } catch (error) {
      return failureOf(error, timeoutMs);
    }
  }

  return {
    post: (url, content) => send('POST', url, content),
    put: (url, content) => send('PUT', url, content),
    [Symbol.asyncDispose]: () => agent.destroy(),
  };
}

/** The URL, or what is wrong with it. */
function serverOf(url: string): URL | string {
  const parsed = URL.parse(url);
  if (!parsed) return 'The URL is invalid.';
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') return 'The URL must start with https://.';
  if (parsed.username || parsed.password) return 'The URL must not contain a user name or a password.';
  return parsed;
}

function failureOf(error: unknown, timeoutMs: number): Failure {
  if (error instanceof AppError)
    return error.retryable ? temporaryFailure(error.message) : permanentFailure(error.message);
  if (error instanceof UnresolvedName)
    return temporaryFailure(`The name of the receiver cannot be resolved: ${error.code}.`);
  if (error instanceof errors.InvalidArgumentError)
    return permanentFailure(`The request is invalid: ${error.message}.`);
  if (error instanceof Error && /timeout/i.test(error.name))
    return temporaryFailure(`The receiver did not answer within ${timeoutMs / 1000} s.`);
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  return temporaryFailure(`The connection failed: ${code}.`);
}
