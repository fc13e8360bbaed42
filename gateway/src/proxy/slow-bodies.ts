import type { HeldBody } from '@rondo/shared/http/held-body';
import { createRateWatch, tooSlow, type LeastRate } from '@rondo/shared/http/least-rate';

/** 8 KiB/s, in each 5 s: a client on a slow network sends the largest usual body in 8 s. */
const leastRate: LeastRate = { bytes: 40 * 1024, ticks: 5, tickMs: 1_000 };

/**
 * Drops bodies that arrive too slowly: 408. One timer looks at all of them. A body that is here before the first tick is never looked at.
 * @param bodies those that arrive whether or not they are read: up to the usual limit, which is what Node buffers of a request
 */
export function dropSlowBodies(bodies: Iterable<HeldBody>, rate = leastRate): Disposable {
  const watches = new WeakMap<HeldBody, (received: number) => boolean>();
  const timer = setInterval(() => {
    for (const body of bodies) {
      if (!body.isArriving) continue;
      const isTooSlow = watches.get(body) ?? createRateWatch(rate);
      watches.set(body, isTooSlow);
      if (isTooSlow(body.received)) body.drop(tooSlow(rate));
    }
  }, rate.tickMs).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
