import type { ServerResponse } from 'node:http';
import type { FastifyInstance, preHandlerHookHandler, preParsingHookHandler } from 'fastify';
import { AppError } from '../errors.ts';
import { onceClosed } from './once-closed.ts';

/** One for each answer, so that its many waits add one listener. */
const signals = new WeakMap<ServerResponse, AbortSignal>();

/** Aborts when the client goes before it has the whole answer. For whatever a request waits for. */
export function signalOfClient(raw: ServerResponse): AbortSignal {
  const known = signals.get(raw);
  if (known) return known;
  const leaving = new AbortController();
  signals.set(raw, leaving.signal);
  onceClosed(raw, () => {
    if (!raw.writableFinished) leaving.abort(clientHasGone());
  });
  return leaving.signal;
}

/** To call after a wait. @throws AppError 400 if the client has gone: nobody reads the answer */
export function refuseIfClosed({ closed }: ServerResponse): void {
  if (closed) throw clientHasGone();
}

/**
 * Ends the requests of clients that went while a hook waited. They reach neither a body parser, which would wait for the body
 * forever, nor a handler. To call before routes are added.
 */
export function endClosedRequests(app: FastifyInstance): void {
  const beforeBody: preParsingHookHandler = (_request, { raw }, _payload, done) => {
    refuseIfClosed(raw);
    done();
  };
  const beforeHandler: preHandlerHookHandler = (_request, { raw }, done) => {
    refuseIfClosed(raw);
    done();
  };
  // Hooks of a route run after those of its scopes.
  app.addHook('onRoute', (route) => {
    route.preParsing = [route.preParsing ?? [], beforeBody].flat();
    route.preHandler = [route.preHandler ?? [], beforeHandler].flat();
  });
}

function clientHasGone(): AppError {
  return new AppError('bad-request', 'The client has gone.');
}
