import { randomHex } from './random-hex.ts';

/** Where time comes from. Tests and simulations bring their own. */
export type Clock = { now(): Date };

/** Where ids come from: UUIDv7 (RFC 9562 section 5.7), so that they sort by the time of their making. */
export type Ids = { next(): string };

export const systemClock: Clock = { now: () => new Date() };

/** Ids of this process, each greater than the one before, also within a millisecond and when the clock is set back. */
export const uuid7Ids: Ids = createUuid7Ids(Date.now);

const counterValues = 4_096;

/**
 * UUIDv7 with a counter in the 12 bits after the time (RFC 9562 section 6.2, method 1): it begins anew in the lower half
 * each millisecond; when it is used up, the time of the ids goes ahead of the clock.
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
