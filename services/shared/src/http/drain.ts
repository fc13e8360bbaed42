import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { HttpServer } from './http-server.ts';
import { onceClosed } from './once-closed.ts';

/** How long the requests under way may take at a stop. Supervisors kill a service after 30 s or later. */
const closeTimeoutMs = 20_000;
const sweepMs = 50;

/** A server that can be stopped, whichever type provider its routes have. */
export type Drainable = Pick<HttpServer, 'server' | 'close'> & {
  addHook(
    name: 'onSend',
    hook: (
      request: unknown,
      reply: { header(name: string, value: string): unknown },
      payload: unknown,
      done: () => void,
    ) => void,
  ): unknown;
};

/**
 * Lets a server stop without refusing or losing a request. To call before its routes are added. The returned function
 * stops the server: for `graceMs` it still accepts requests, since load balancers take a moment to learn of the stop, but
 * asks each client to close its connection. Then it accepts nothing more and answers the requests under way.
 */
export function prepareDrain(app: Drainable): (graceMs: number) => Promise<void> {
  let isStopping = false;
  const connections = new Set<Socket>();
  app.server.on('connection', (socket: Socket) => {
    connections.add(socket);
    onceClosed(socket, () => connections.delete(socket));
  });
  const closeIdle = () => {
    app.server.closeIdleConnections();
    // Node counts a connection as idle only after its first request.
    for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
  };
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (isStopping) reply.header('connection', 'close');
    done();
  });
  return async (graceMs) => {
    isStopping = true;
    if (graceMs > 0) await pause(graceMs);
    // `close` closes idle connections only once; a connection that was answered just before becomes idle later.
    const sweep = setInterval(closeIdle, sweepMs);
    const deadline = setTimeout(() => app.server.closeAllConnections(), closeTimeoutMs);
    try {
      await app.close();
    } finally {
      clearInterval(sweep);
      clearTimeout(deadline);
    }
  };
}
