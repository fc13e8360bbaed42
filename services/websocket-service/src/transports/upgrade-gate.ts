import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Problem } from '@rondo/shared/contracts/problem';
import type { WebsocketSettings } from '../context.ts';

export type UpgradeGate = {
  /** Admits an upgrade, or answers it with 401, 403, 404 or 429 and closes it. */
  admits(request: IncomingMessage, socket: Duplex): boolean;
};

/**
 * Decides which upgrades become WebSockets: by path, Origin (OWASP ASVS 5.0, 4.4.2), the absence of a token, and the number of
 * connections per address. Clients are not identified yet, so no request may cause an exception or keep its connection open.
 */
export function createUpgradeGate(settings: WebsocketSettings): UpgradeGate {
  const perAddress = new Map<string, number>();
  const origins = new Set(settings.ALLOWED_ORIGINS.split(',').map((origin) => origin.trim()));
  origins.delete('');

  function count(address: string, by: number): void {
    const now = (perAddress.get(address) ?? 0) + by;
    if (now === 0) perAddress.delete(address);
    else perAddress.set(address, now);
  }

  return {
    admits(request, socket) {
      // Node adds no error listener to an upgraded socket, so an error would crash the process.
      socket.on('error', () => socket.destroy());
      const address = request.socket.remoteAddress ?? '';
      if (request.url?.split('?')[0] !== '/ws') return refuse(socket, '404 Not Found');
      if (!isAllowedOrigin(request, origins)) return refuse(socket, '403 Forbidden');
      // A client that sends a token expects it to be enough, and would wait for events that never come.
      if (request.headers.authorization !== undefined) return refuseToken(socket);
      if ((perAddress.get(address) ?? 0) >= settings.MAX_SOCKETS_PER_ADDRESS)
        return refuse(socket, '429 Too Many Requests\r\nretry-after: 5');
      count(address, 1);
      socket.once('close', () => count(address, -1));
      return true;
    },
  };
}

/** A page may connect from the service's own host and from the allowed origins. Other clients send no Origin. */
function isAllowedOrigin({ headers: { origin, host } }: IncomingMessage, allowed: Set<string>): boolean {
  if (origin === undefined || allowed.has(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

function refuseToken(socket: Duplex): false {
  const problem: Problem = {
    type: 'about:blank',
    title: 'Unauthorized',
    status: 401,
    code: 'unauthorized',
    detail:
      'The socket takes a ticket, not a token. Get one with POST /api/v1/ws-tickets, connect without an Authorization header, and send the ticket in the first message.',
  };
  return refuse(
    socket,
    '401 Unauthorized\r\nwww-authenticate: Bearer realm="/api/v1/ws-tickets"\r\ncontent-type: application/problem+json',
    JSON.stringify(problem),
  );
}

/** Answers and closes, without waiting for the other side. The body is ASCII. */
function refuse(socket: Duplex, statusAndHeaders: string, body = ''): false {
  socket.once('finish', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${statusAndHeaders}\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  return false;
}
