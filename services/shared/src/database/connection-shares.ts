import { createFairTurns } from '../workers/fair-turns.ts';
import { busy } from '../workers/keyed-queue.ts';
import { createRecentUse } from '../workers/recent-use.ts';
import type { Reader } from './reader.ts';

/** A read that holds a connection for less delays others by no more than that, however many there are. */
const slowReadMs = 50;
/** A person whose slow reads held connections for longer lately reads slowly: that is a quarter of one connection all the time. */
const slowAfterMs = 2_500;
/** The time with a connection counts half after it. */
const halfLifeMs = 7_000;
const slowTurns = {
  maxWaiting: 256,
  maxWaitMs: 10_000,
  refusal: () => busy('Your reads took long lately, and those of others that take long are first.'),
};

/** The connections of one pool, as readers share them. */
export type ConnectionShares = {
  /**
   * Waits until a reader may have a connection.
   * @returns a function to call when the reader has given it back, with how long it was held, in milliseconds
   * @throws AppError 429 `busy`, and the reason of the reader's signal
   */
  take(reader: Reader): Promise<(heldMs: number) => void>;
};

/**
 * Leaves half of a pool's connections to people whose reads are fast. Those whose reads held connections for long lately have at most
 * the other half, all of them together, one connection each, and take turns. What counts is the time with a connection of reads that
 * take at least 50 ms: not that of waiting for one, and not that in which the reader of a streamed answer takes it.
 * @param now a monotonic clock, in milliseconds
 */
export function createConnectionShares(
  maxConnections: number,
  now: () => number = () => performance.now(),
): ConnectionShares {
  const use = createRecentUse({ halfLifeMs, now });
  const turns = createFairTurns({ ...slowTurns, maxWeight: Math.max(1, Math.floor(maxConnections / 2)) });
  return {
    async take({ personId, signalOf }) {
      const isSlow = use.of(personId) >= slowAfterMs;
      const endTurn = isSlow ? await turns.take(personId, 1, signalOf()) : undefined;
      return (heldMs) => {
        if (heldMs >= slowReadMs) use.add(personId, heldMs);
        endTurn?.();
      };
    },
  };
}
