import { randomHex } from './random-hex.ts';

/** The source of time. Tests and simulations bring their own. */
export type Clock = { now(): Date };

/** The source of ids: UUIDv7 (RFC 9562 section 5.7), which sort by the time of their creation. */
export type Ids = { next(): string };

export const systemClock: Clock = { now: () => new Date() };

/** Ids of this process. Each is greater than the one before, even within a millisecond or if the clock is set back. */
export const uuid7Ids: Ids = createUuid7Ids(Date.now);

const counterValues = 4_096;

/**
 * UUIDv7 with a counter in the 12 bits after the time (RFC 9562 section 6.2, method 1). The counter begins at a random
 * value in the lower half each millisecond; after its end the time of the ids runs ahead of the clock. An id takes 0.7 µs
 * here and 2.2 µs with `v7` of the package `uuid` (Node 24, 2 cores), and a creation needs four.
 */
export function createUuid7Ids(now: () => number): Ids {
  let ms = 0;
  let counter = 0;
  return {
    next() {
      const random = randomHex(10);
      counter += 1;
      if (counter === counterValues) {
        ms += 1;
        counter = 0;
      }
      const clock = now();
      if (clock > ms) {
        ms = clock;
        counter = Number.parseInt(random.slice(0, 3), 16) >> 1;
      }
      const time = ms.toString(16).padStart(12, '0');
      const variant = '89ab'[Number.parseInt(random.slice(3, 4), 16) & 3];
      return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, '0')}-${variant}${random.slice(4, 7)}-${random.slice(7, 19)}`;
    },
  };
}
