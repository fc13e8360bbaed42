import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { AppError } from '@rondo/shared/errors';
import { clientAddressOf, isProxy, networkOf, parseTrustedProxies } from '@rondo/shared/http/client-address';
import { hasOneHost } from '@rondo/shared/http/one-host';
import { onceClosed } from '@rondo/shared/http/once-closed';
import { createOpenCount } from '@rondo/shared/http/open-count';
import { answerWithProblem } from '@rondo/shared/http/raw-problem';
import type { WebsocketSettings } from '../context.ts';

export type UpgradeGate = {
  /** Admits an upgrade, or answers it with 400, 401, 403, 404 or 429 and closes it. @returns its admission */
  admit(request: IncomingMessage, socket: Duplex): Admission | undefined;
};

export type Admission = {
  /** The client has said hello. Until then it counts to the sockets without a hello of its address. */
  greeted(): void;
};

/**
 * Decides which upgrades become WebSockets: by path, Origin (OWASP ASVS 5.0, 4.4.2), the absence of a token, and the number of
 * connections per address. Clients are not identified yet, so no request may cause an exception or keep its connection open.
 * @throws AppError `invalid-configuration` if TRUSTED_PROXIES is invalid
 */
export function createUpgradeGate(settings: WebsocketSettings): UpgradeGate {
  const trust = parseTrustedProxies(settings.TRUSTED_PROXIES);
  const open = createOpenCount(settings.MAX_SOCKETS_PER_ADDRESS);
  const silent = createOpenCount(settings.MAX_SOCKETS_WITHOUT_HELLO_PER_ADDRESS);
  const origins = new Set(settings.ALLOWED_ORIGINS.split(',').map((origin) => origin.trim()));
  origins.delete('');

  /** @returns undefined if the address has too many */
  function count(address: string, socket: Duplex): Admission | undefined {
    if (!open.tryAdd(address)) return undefined;
    onceClosed(socket, () => open.remove(address));
    if (!silent.tryAdd(address)) return undefined;
    let isSilent = true;
    const greeted = () => {
      if (isSilent) silent.remove(address);
      isSilent = false;
    };
    onceClosed(socket, greeted);
    return { greeted };
  }

  return {
    admit(request, socket) {
      // Node adds no error listener to an upgraded socket, so an error would crash the process.
      socket.on('error', () => socket.destroy());
      const refuse = (error: AppError) => {
        answerWithProblem(socket, error);
        return undefined;
      };
      if (request.url?.split('?')[0] !== '/ws') return refuse(noSuchRoute());
      if (!hasOneHost(request))
        return refuse(new AppError('bad-request', 'The request has two Host headers.'));
      if (!isAllowedOrigin(request, origins))
        return refuse(new AppError('forbidden', 'Pages of this origin may not open a socket here.'));
      // A client that sends a token expects it to be enough, and would wait for events that never come.
      if (request.headers.authorization !== undefined) return refuse(tokenRefused());
      const address = clientAddressOf(request, trust);
      if (isProxy(address, trust)) return { greeted: () => undefined };
      return count(networkOf(address), socket) ?? refuse(tooManySockets());
    },
  };
}

/** A page may connect from the service's own host and from the allowed origins. Other clients send no Origin. */
function isAllowedOrigin({ headers: { origin, host } }: IncomingMessage, allowed: Set<string>): boolean {
  if (origin === undefined || allowed.has(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

const noSuchRoute = () => new AppError('no-such-route', 'WebSockets open at /ws.');

const tooManySockets = () =>
  new AppError('too-many-open-requests', 'This address has too many sockets open.', {
    headers: { 'retry-after': '5' },
  });

const tokenRefused = () =>
  new AppError(
    'unauthorized',
    'The socket takes a ticket, not a token. Get one with POST /api/v1/ws-tickets, connect without an Authorization header, and send the ticket in the first message.',
    { headers: { 'www-authenticate': 'Bearer realm="/api/v1/ws-tickets"' } },
  );
