import { setTimeout as pause } from 'node:timers/promises';
import type { HttpServer } from './http-server.ts';

/** How long what is under way may take at a stop; whoever supervises a service kills it after 30 s or later. */
const patienceMs = 20_000;
const sweepMs = 50;

/** What stopping needs of a server, whichever type provider its routes have. */
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
 * Lets a server be stopped without a request that is refused or lost. To be called before its routes are added. The answer
 * stops it: for `grace_ms` it accepts requests still, since whoever routes here takes a moment to hear of the stop, but asks
 * each client to let go of its connection; then nothing more is accepted, and what is under way is answered.
 */
export function prepareDrain(app: Drainable): (graceMs: number) => Promise<void> {
  let isStopping = false;
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (isStopping) reply.header('connection', 'close');
    done();
  });
  return async (graceMs) => {
    isStopping = true;
    if (graceMs > 0) await pause(graceMs);
    // Closing a server closes the connections that are idle then; one that was answered just before becomes idle after.
    const sweep = setInterval(() => app.server.closeIdleConnections(), sweepMs);
    const deadline = setTimeout(() => app.server.closeAllConnections(), patienceMs);
    try {
      await app.close();
    } finally {
      clearInterval(sweep);
      clearTimeout(deadline);
    }
  };
}
