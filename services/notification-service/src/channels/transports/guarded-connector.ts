import type { LookupAddress, LookupAllOptions } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { AppError } from '@rondo/shared/errors';
import type { AddressVerdict } from './address-guard.ts';

/** The signature of `dns.lookup` with `all`. */
export type Lookup = (
  host: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export type GuardedConnectorOptions = {
  judge: (address: string) => AddressVerdict;
  lookup: Lookup;
  timeout_ms: number;
};

/** Whether an address may be connected to; by the scheme, because plain http is for what is allowed alone. */
type Passes = (address: string) => boolean;

/**
 * How undici makes its connections, when it is only to reach addresses that pass. The judgement is made here, at the last
 * moment: a name is resolved once, each of its addresses must pass, and one of these very addresses is connected to, so
 * that an answer of DNS that changes in between changes nothing. The connection fails with AppError `address-refused`.
 */
export function createGuardedConnector({
  judge,
  lookup,
  timeout_ms: timeout,
}: GuardedConnectorOptions): buildConnector.connector {
  const https = connectorTo((address) => judge(address) !== 'refused');
  const http = connectorTo((address) => judge(address) === 'allowed');

  function connectorTo(passes: Passes): buildConnector.connector {
    // `autoSelectFamily` has the lookup asked for all addresses, and each of them tried.
    const connect = buildConnector({ lookup: guarded(lookup, passes), timeout, autoSelectFamily: true });
    return (options, callback) => {
      const host = options.hostname.replace(/^\[(.*)\]$/, '$1');
      // Node looks up names alone: an address that stands in the URL never comes by the lookup.
      if (isIP(host) !== 0 && !passes(host)) callback(refused(host), null);
      else connect(options, callback);
    };
  }

  return (options, callback) => (options.protocol === 'https:' ? https : http)(options, callback);
}

function guarded(lookup: Lookup, passes: Passes): LookupFunction {
  return (host, _options, callback) => {
    lookup(host, { all: true }, (error, addresses) => {
      if (error) callback(error, []);
      // One bad address among good ones is an attempt to get there by chance.
      else if (addresses.length === 0 || !addresses.every(({ address }) => passes(address)))
        callback(refused(host), []);
      else callback(null, addresses);
    });
  };
}

function refused(host: string): AppError {
  return new AppError(
    'address-refused',
    `${host} is not an address that may be reached, or not without encryption.`,
    { status: 422 },
  );
}
