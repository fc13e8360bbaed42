import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { AppError } from '@rondo/shared/errors';
import type { AddressVerdict } from './address-guard.ts';

export type GuardedConnectorOptions = {
  judge: (address: string) => AddressVerdict;
  timeoutMs: number;
};

/** What identifies the server of a URL to its connector, besides the port. */
type Server = { protocol: string; hostname: string };

export type GuardedConnector = {
  /**
   * Lets connections to the server of a URL begin, to these addresses only, until the admission is disposed.
   * @throws AppError `address-refused` if any address is refused, or if there is none
   */
  admit(url: URL, addresses: readonly LookupAddress[]): Disposable;
  connect: buildConnector.connector;
};

/**
 * Creates an undici connector that connects only to accepted addresses; plain http is accepted only for `allowed` ones. A name
 * is resolved before a request. All its addresses must be accepted, and a connection goes to one of exactly these addresses:
 * nothing resolves the name again. This prevents DNS rebinding.
 */
export function createGuardedConnector({ judge, timeoutMs }: GuardedConnectorOptions): GuardedConnector {
  /** The newest addresses of each server, and how many requests to it are under way. */
  const admitted = new Map<string, { addresses: LookupAddress[]; requests: number }>();
  const connectors = { 'https:': connectorOf('https:'), 'http:': connectorOf('http:') };

  function connectorOf(protocol: string): buildConnector.connector {
    const lookup: LookupFunction = (hostname, _options, callback) => {
      const addresses = admitted.get(keyOf({ protocol, hostname }))?.addresses;
      callback(addresses ? null : refused(hostname), addresses ?? []);
    };
    // `autoSelectFamily` makes Node ask the lookup for all addresses and try each of them.
    return buildConnector({ lookup, timeout: timeoutMs, autoSelectFamily: true });
  }

  return {
    admit(url, addresses) {
      const isAccepted = ({ address }: LookupAddress) =>
        url.protocol === 'https:' ? judge(address) !== 'refused' : judge(address) === 'allowed';
      // One bad address among good ones would be connected to by chance.
      if (addresses.length === 0 || !addresses.every(isAccepted)) throw refused(hostOf(url));
      const key = keyOf(url);
      const { requests = 0 } = admitted.get(key) ?? {};
      admitted.set(key, { addresses: [...addresses], requests: requests + 1 });
      return { [Symbol.dispose]: () => release(key) };
    },
    connect(options, callback) {
      const { protocol } = options;
      const isKnown = protocol === 'https:' || protocol === 'http:';
      // Node does not call the lookup for an address that is written in the URL.
      if (isKnown && admitted.has(keyOf(options))) connectors[protocol](options, callback);
      else callback(refused(hostOf(options)), null);
    },
  };

  function release(key: string): void {
    const server = admitted.get(key);
    if (!server) return;
    server.requests -= 1;
    if (server.requests === 0) admitted.delete(key);
  }
}

/** The name or address of a server, without the brackets of an IPv6 address. */
export function hostOf({ hostname }: Pick<Server, 'hostname'>): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function keyOf(server: Server): string {
  return `${server.protocol}//${hostOf(server)}`;
}

function refused(host: string): AppError {
  return new AppError(
    'address-refused',
    `Rondo does not connect to ${host}: the address is not public, or the URL is not https.`,
    { status: 422 },
  );
}
