import { Stream, type Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { noAnswerTo } from './no-answer.ts';
import { onceClosed } from './once-closed.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How long the route may take to begin its answer, in milliseconds: less than the gateway waits for it, which is 30 s, or 5 s longer than what the service registry has for the path. */
    answerMs?: number;
  }
}

/** More than a statement and the wait for its connection may take. */
const answerDeadlineMs = 15_000;

/**
 * Answers 503 if an answer has not begun 15 s after the body arrived, whatever it waits for: a handler that has given none, or a
 * stream without its first byte. Bodies have deadlines of their own. An answer that has begun may take longer, because its reader may be slow. Fastify's `handlerTimeout` would cut it
 * off. What a handler answers later is discarded: a stream is destroyed, so that it gives back what it holds. A handler is not
 * stopped: the answer to a request that changes something says that the change may have been made.
 */
export function addDeadline(app: FastifyInstance, deadlineMs = answerDeadlineMs): void {
  const streams = new WeakMap<FastifyReply, Readable>();
  const deadlines = new WeakMap<FastifyReply, { timer: NodeJS.Timeout; start: () => NodeJS.Timeout }>();
  app.addHook('onRequest', (request, reply, done) => {
    // The sidecar has a deadline of its own for deliveries.
    if (!request.routeOptions.config.public) {
      const endAnswers = acceptAnswers(reply);
      const start = () =>
        setTimeout(() => {
          if (reply.sent || reply.raw.headersSent) return;
          // Fastify destroys the stream when the answer that replaces it has ended.
          streams.get(reply)?.unpipe(reply.raw);
          void reply.send(noAnswerTo(request, 'What this request needs'));
          endAnswers();
        }, request.routeOptions.config.answerMs ?? deadlineMs);
      deadlines.set(reply, { timer: start(), start });
      onceClosed(reply.raw, () => clearTimeout(deadlines.get(reply)?.timer));
    }
    done();
  });
  app.addHook('preParsing', (_request, reply, payload, done) => {
    clearTimeout(deadlines.get(reply)?.timer);
    done(null, payload);
  });
  app.addHook('preValidation', (_request, reply, done) => {
    const deadline = deadlines.get(reply);
    if (deadline && !reply.raw.closed) deadline.timer = deadline.start();
    done();
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (payload instanceof Stream) streams.set(reply, payload as Readable);
    done();
  });
}

/** @returns a function after which `reply.send` discards what it gets. A handler may have got hold of `send` before. */
function acceptAnswers(reply: FastifyReply): () => void {
  let isOver = false;
  const send = reply.send.bind(reply);
  reply.send = (payload) => {
    if (!isOver) return send(payload);
    if (payload instanceof Stream) (payload as Readable).destroy();
    return reply;
  };
  return () => {
    isOver = true;
  };
}
