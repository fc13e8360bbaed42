import dns, { type LookupAddress, type LookupAllOptions } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector, errors, request } from 'undici';
import { AppError } from '@rondo/shared/runtime/errors';
import { createAddressGuard, type AddressVerdict, type AllowPrivate } from './address-guard.ts';
import { passingFailure, permanentFailure, type Failure } from './channel.ts';

/** The signature of `dns.lookup` with `all`. */
export type Lookup = (
  host: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

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
 * (OWASP ASVS 5.0, 1.3.6; CWE-918). A host's addresses are judged where the connection is made: the name is resolved
 * once, each of its addresses must pass, and one of these very addresses is connected to, so that an answer of DNS that
 * changes in between changes nothing. Redirects are not followed, and what a receiver says is not kept.
 */
export function createGuardedFetch({
  allow_private: allowPrivate,
  timeout_ms: timeout = 10_000,
  lookup = dns.lookup,
}: GuardedFetchOptions): GuardedFetch {
  const judge = createAddressGuard(allowPrivate);
  const agent = new Agent({
    connect: guardedConnector({ judge, lookup, timeout }),
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

type Guard = { judge: (address: string) => AddressVerdict; lookup: Lookup; timeout: number };

function guardedConnector({ judge, lookup, timeout }: Guard): buildConnector.connector {
  const passes = {
    'https:': (address: string) => judge(address) !== 'refused',
    'http:': (address: string) => judge(address) === 'allowed',
  };
  const connectorFor = (mayReach: (address: string) => boolean) =>
    // `autoSelectFamily` has the lookup asked for all addresses, and each of them tried.
    buildConnector({ lookup: guardedLookup(mayReach, lookup), timeout, autoSelectFamily: true });
  const connectors = { 'https:': connectorFor(passes['https:']), 'http:': connectorFor(passes['http:']) };

  return (options, callback) => {
    const protocol = options.protocol === 'http:' ? 'http:' : 'https:';
    const host = options.hostname.replace(/^\[(.*)\]$/, '$1');
    // Node looks up names alone: an address that stands in the URL never comes by the lookup.
    if (isIP(host) !== 0 && !passes[protocol](host)) callback(refused(host, protocol), null);
    else connectors[protocol](options, callback);
  };
}

function guardedLookup(mayReach: (address: string) => boolean, lookup: Lookup): LookupFunction {
  return (host, _options, callback) => {
    lookup(host, { all: true }, (error, addresses) => {
      if (error) callback(error, []);
      else if (addresses.length === 0) callback(new Error(`${host} has no address`), []);
      // One bad address among good ones is an attempt to get there by chance.
      else if (!addresses.every(({ address }) => mayReach(address))) callback(refused(host), []);
      else callback(null, addresses);
    });
  };
}

function refused(host: string, protocol?: string): AppError {
  const where = protocol === 'http:' ? ' without encryption' : '';
  return new AppError('address-refused', `${host} is not an address that may be reached${where}.`, {
    status: 422,
  });
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
