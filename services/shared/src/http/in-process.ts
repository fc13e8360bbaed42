import type { RequestListener } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { onceClosed } from './once-closed.ts';

export type InProcessRequests = {
  /** Answers a request that another server of this process accepted. Its body must not have been read. */
  handle: RequestListener;
  /** Waits until no such request is under way, for 20 s at most. */
  untilIdle: () => Promise<void>;
};

const longestMs = 20_000;

/** An answer has the listeners of both servers. Node warns of more than 10, in the terminal of `npm start`. */
const maxListeners = 20;

/** Lets a server of the same process, such as the gateway of the embedded host, hand requests to this one without a connection. */
export function acceptInProcess(app: Pick<FastifyInstance, 'routing'>): InProcessRequests {
  let underWay = 0;
  let onIdle = () => {};
  return {
    handle(request, response) {
      underWay += 1;
      response.setMaxListeners(maxListeners);
      onceClosed(response, () => {
        underWay -= 1;
        if (underWay === 0) onIdle();
      });
      app.routing(request, response);
    },
    async untilIdle() {
      if (underWay === 0) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const deadline = setTimeout(resolve, longestMs);
      onIdle = resolve;
      await promise;
      clearTimeout(deadline);
    },
  };
}
