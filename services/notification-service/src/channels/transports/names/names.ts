import { promises, type LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { AppError } from '@rondo/shared/errors';
import { createKeyedQueue } from '@rondo/shared/workers/keyed-queue';
import { createHostsFile } from './hosts-file.ts';
import { createKeptFailures } from './kept-failures.ts';
import { searchedNames } from './search-list.ts';

/** Resolves the names of servers. Disposing it ends every lookup, so that none delays the end of the process. */
export type Names = Disposable & {
  /**
   * Returns all addresses of a name; an address is its own answer. `signal` ends the lookup.
   * @throws UnresolvedName if there is none; AppError `busy` if too many lookups of `asker` wait; the reason of `signal`
   */
  lookup(host: string, options: { asker: string; signal: AbortSignal }): Promise<LookupAddress[]>;
};

export type NamesOptions = {
  /** DNS servers as `address` or `address:port`; those of the system by default. */
  servers?: readonly string[];
  /** Whether a name may be below a domain of the system's search list. */
  isSearched: boolean;
  /** For all queries of a name; 5 s by default. */
  timeoutMs?: number;
  /** Of the first try of a query; 1.5 s by default. The second one doubles it, and another server is asked if there is one. */
  queryTimeoutMs?: number;
  /** How long a failure is remembered. By default 5 s: a delivery is retried later than that. */
  failureKeptMs?: number;
  hostsFile?: string;
  resolvConf?: string;
};

/** A name without an address. `code` says why: a code of `node:dns`, such as `ENOTFOUND` or `ETIMEOUT`. */
export class UnresolvedName extends Error {
  readonly code: string;
  constructor(code: string) {
    super(`The name cannot be resolved: ${code}.`);
    this.code = code;
  }
}

/** The lookups of one asker, such as a workspace: its names that hang delay only its other names. */
export const lookupTurns = { maxRunning: 4, maxWaiting: 100, maxWaitMs: 5_000 };

const { NODATA, NOTFOUND, SERVFAIL, REFUSED, TIMEOUT, CANCELLED } = promises;
/** After these answers, the name may still be below the next domain of the search list. */
const isAbsent = new Set<string>([NODATA, NOTFOUND, SERVFAIL, REFUSED]);

/**
 * Resolves names by the hosts file and DNS. It does not use `dns.lookup`, which can't be cancelled and takes one of two threads
 * that all names of the process share: a few names that never answer would stop everyone's. What only the system knows, such as
 * names of mDNS, is not found.
 * @throws AppError `invalid-configuration` if a server is not an address
 */
export function createNames({
  servers = [],
  isSearched,
  timeoutMs = 5_000,
  queryTimeoutMs = 1_500,
  failureKeptMs = 5_000,
  hostsFile = '/etc/hosts',
  resolvConf = '/etc/resolv.conf',
}: NamesOptions): Names {
  const openResolver = () => resolverOf(servers, queryTimeoutMs);
  openResolver();
  const hosts = createHostsFile(hostsFile);
  const failures = createKeptFailures(failureKeptMs);
  const stopping = new AbortController();
  const turns = createKeyedQueue({ ...lookupTurns, refusal: tooMany });

  async function ask(host: string, signal: AbortSignal): Promise<LookupAddress[]> {
    const kept = failures.codeOf(host);
    if (kept !== undefined) throw new UnresolvedName(kept);
    const ends = AbortSignal.any([signal, stopping.signal, AbortSignal.timeout(timeoutMs)]);
    ends.throwIfAborted();
    // One for each lookup: `cancel` ends all queries of a resolver. It also knows the servers that the system has now.
    const resolver = openResolver();
    ends.addEventListener('abort', () => resolver.cancel(), { once: true });
    let code: string = NOTFOUND;
    for (const name of isSearched ? searchedNames(host, resolvConf) : [host]) {
      const answer = await query(resolver, name);
      if (typeof answer !== 'string') return answer;
      code = answer;
      if (!isAbsent.has(code)) break;
    }
    stopping.signal.throwIfAborted();
    if (!signal.aborted) failures.keep(host, code);
    throw new UnresolvedName(code);
  }

  return {
    async lookup(host, { asker, signal }) {
      const family = isIP(host);
      if (family !== 0) return [{ address: host, family }];
      const local = hosts(host);
      if (local.length > 0) return local;
      signal.throwIfAborted();
      return untilAborted(
        turns.run(asker, () => ask(host, signal)),
        signal,
      );
    },
    [Symbol.dispose]: () => stopping.abort(new UnresolvedName(CANCELLED)),
  };
}

/** All addresses of both families, or the code of the failure. A family that fails does not hide the other one. */
async function query(resolver: promises.Resolver, name: string): Promise<LookupAddress[] | string> {
  const of = (addresses: string[], family: number) => addresses.map((address) => ({ address, family }));
  const answers = await Promise.allSettled([
    resolver.resolve4(name).then((addresses) => of(addresses, 4)),
    resolver.resolve6(name).then((addresses) => of(addresses, 6)),
  ]);
  const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  if (addresses.length > 0) return addresses;
  const codes = answers.map((answer) =>
    answer.status === 'rejected' ? (answer.reason as NodeJS.ErrnoException).code : NODATA,
  );
  const code = codes.find((each) => each !== undefined && !isAbsent.has(each)) ?? codes[0] ?? NOTFOUND;
  return code === CANCELLED ? TIMEOUT : code;
}

function resolverOf(servers: readonly string[], timeout: number): promises.Resolver {
  const resolver = new promises.Resolver({ timeout, tries: 2, maxTimeout: 2 * timeout });
  try {
    if (servers.length > 0) resolver.setServers(servers);
  } catch (cause) {
    throw new AppError('invalid-configuration', 'A DNS server must be an IP address, or one with a port.', {
      cause,
    });
  }
  return resolver;
}

/** Also ends the wait for a turn. */
async function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function tooMany(): AppError {
  return new AppError('busy', 'Too many names of your channels are being resolved.');
}
