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
  timeoutMs: number;
};

type IsAccepted = (address: string) => boolean;

/**
 * Creates an undici connector that connects only to accepted addresses; plain http is accepted only for `allowed` ones. The
 * check happens at connection time: a name is resolved once, all its addresses must be accepted, and the connection goes to
 * one of exactly these addresses. This prevents DNS rebinding. A refused connection fails with AppError `address-refused`.
 */
export function createGuardedConnector({
  judge,
  lookup,
  timeoutMs,
}: GuardedConnectorOptions): buildConnector.connector {
  const https = connectorTo((address) => judge(address) !== 'refused');
  const http = connectorTo((address) => judge(address) === 'allowed');

  function connectorTo(isAccepted: IsAccepted): buildConnector.connector {
    // `autoSelectFamily` makes Node ask the lookup for all addresses and try each of them.
    const connect = buildConnector({
      lookup: guarded(lookup, isAccepted),
      timeout: timeoutMs,
      autoSelectFamily: true,
    });
    return (options, callback) => {
      const host = options.hostname.replace(/^\[(.*)\]$/, '$1');
      // Node does not call the lookup for an address that is written in the URL.
      if (isIP(host) !== 0 && !isAccepted(host)) callback(refused(host), null);
      else connect(options, callback);
    };
  }

  return (options, callback) => (options.protocol === 'https:' ? https : http)(options, callback);
}

function guarded(lookup: Lookup, isAccepted: IsAccepted): LookupFunction {
  return (host, _options, callback) => {
    lookup(host, { all: true }, (error, addresses) => {
      if (error) callback(error, []);
      // One bad address among good ones would be connected to by chance.
      else if (addresses.length === 0 || !addresses.every(({ address }) => isAccepted(address)))
        callback(refused(host), []);
      else callback(null, addresses);
    });
  };
}

function refused(host: string): AppError {
  return new AppError(
    'address-refused',
    `Rondo does not connect to ${host}: the address is not public, or the URL is not https.`,
    { status: 422 },
  );
}
