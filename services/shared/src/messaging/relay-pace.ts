import { publicationSize } from './next-publication.ts';
import { lanes } from './relay-lanes.ts';

/** How much of the database a relay takes: the most events of its next batch, and the pause after a batch that took `tookMs`. */
export type RelayPace = { limit: number; pauseMs(tookMs: number): number };

const maxEvents = publicationSize * lanes;
/** The most events of a batch while others wait for the database: printing more would hold them up. */
const minEvents = 100;
/** The longest pause as a multiple of the batch's time: publishing takes a ninth of the time then. */
const longestPauseFactor = 8;
const longestPauseMs = 200;
/** The age of the oldest event at which publishing yields to nobody. */
const lateMs = 1_000;

/**
 * The pace of a relay beside people who wait for the same database. Publishing, which nobody waits for, yields to them in proportion to
 * `pressure` (0: nobody waits; 1: they take all there is), and less the older its oldest event is: who writes more than can be published
 * gets slower, and consumers stay close.
 */
export function relayPace({ pressure, ageMs }: { pressure: number; ageMs: number }): RelayPace {
  const yielded = pressure * Math.max(0, 1 - Math.max(0, ageMs) / lateMs);
  return {
    limit: Math.round(maxEvents * (minEvents / maxEvents) ** yielded),
    pauseMs: (tookMs) => Math.min(tookMs * longestPauseFactor * yielded, longestPauseMs),
  };
}
