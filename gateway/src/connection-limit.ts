import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { networkOf, type ProxyTrust } from '@rondo/shared/http/client-address';
import { onceClosed } from '@rondo/shared/http/once-closed';
import { createOpenCount } from '@rondo/shared/http/open-count';
import { tooManyOpen } from './proxy/open-requests.ts';

/**
 * Limits the connections of an address, except a trusted proxy's. One above the limit is closed after its first request got
 * 429. Above twice the limit, a connection is closed at once, because a client that sends nothing would keep it open.
 * @returns whether a request came on a connection above the limit
 */
export function limitConnections(
  app: FastifyInstance,
  { max, trust }: { max: number; trust: ProxyTrust },
): (request: IncomingMessage) => boolean {
  const open = createOpenCount(2 * max);
  const excess = new WeakSet<Socket>();
  app.server.on('connection', (socket) => {
    const { remoteAddress = '' } = socket;
    if (max === 0 || trust(remoteAddress, 0)) return;
    const address = networkOf(remoteAddress);
    if (!open.tryAdd(address)) {
      socket.destroy();
      return;
    }
    onceClosed(socket, () => open.remove(address));
    if (open.of(address) > max) excess.add(socket);
  });
  app.addHook('onRequest', (request, reply, done) => {
    if (excess.has(request.raw.socket)) {
      reply.header('connection', 'close');
      throw tooManyOpen();
    }
    done();
  });
  return ({ socket }) => excess.has(socket);
}
