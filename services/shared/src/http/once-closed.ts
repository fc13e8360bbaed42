import type { FastifyReply } from 'fastify';

/** Acts when the connection has the whole answer or has gone: at once if it has gone already. */
export function onceClosed({ raw }: FastifyReply, act: () => void): void {
  if (raw.closed) act();
  else raw.once('close', act);
}
