import { createTokenBuckets } from '../http/rate-limit.ts';
import { eventsInTurn, type OutboxEvent } from './outbox.ts';

/**
 * How fast the backlogs of single partition keys are published. A broker keeps what a partition gets in order, so an event waits there
 * behind all that others have sent before: as long as the slowest consumer needs for it. In the outbox, each key has its turn.
 *
 * A key publishes `ownPerSecond` as it likes. What goes beyond that is a backlog, such as an import. While keys without a backlog
 * publish too, the backlogs of all others share `perSecond`; the rest of them stays in the outbox for now.
 */
export type BacklogPace = {
  /** Takes what is published now, in order. */
  take(events: OutboxEvent[]): OutboxEvent[];
  /** The keys that publish nothing for now. */
  heldBack(): string[];
  /** In how many milliseconds the first of them may go on; Infinity if there is none. */
  msToNext(): number;
};

export const unlimitedPace: BacklogPace = {
  take: (events) => events,
  heldBack: () => [],
  msToNext: () => Infinity,
};

/** More than a person does by hand or by a script that sends one change after the other. */
const ownPerSecond = 100;
/** How long it counts that a key without a backlog has published, and that one had a backlog. */
const rememberedMs = 10_000;
/** A turn of a backlog has events for a few publications. */
const turnMs = 100;

/** How many events of a key are taken, of those that were read. */
type Count = { taken: number; count: number };

/** @param now milliseconds of a monotonic clock */
export function createBacklogPace(perSecond: number, now: () => number): BacklogPace {
  const own = createTokenBuckets({ perSecond: ownPerSecond, burst: ownPerSecond }, now);
  const shared = createTokenBuckets({ perSecond, burst: Math.ceil(perSecond / 4) }, now);
  /** When each key had a backlog. */
  const backlogged = new Map<string, number>();
  const heldUntil = new Map<string, number>();
  let lastCalm = -Infinity;

  function forget(times: Map<string, number>, before: number): void {
    for (const [key, at] of times) if (at < before) times.delete(key);
  }

  /** How many of a key's events are its own. */
  function ownOf(key: string, count: number): number {
    let taken = 0;
    while (taken < count && own.take(key, 1).isAllowed) taken += 1;
    return taken;
  }

  /** Lets backlogs take from what they share, one event each in turn, and at most their part of it. */
  function share(counts: Iterable<Count>): void {
    const part = Math.ceil((perSecond * turnMs) / 1000 / backlogged.size);
    let waiting = [...counts].filter(({ taken, count }) => taken < count);
    for (let turn = 0; turn < part && waiting.length > 0; turn += 1) {
      for (const key of waiting) {
        if (!shared.take('', 1).isAllowed) return;
        key.taken += 1;
      }
      waiting = waiting.filter(({ taken, count }) => taken < count);
    }
  }

  return {
    take(events) {
      const at = now();
      forget(backlogged, at - rememberedMs);
      const counts = new Map<string, Count>();
      for (const [key, { length: count }] of Map.groupBy(events, ({ partitionKey }) => partitionKey)) {
        const taken = ownOf(key, count);
        counts.set(key, { taken, count });
        if (taken < count) backlogged.set(key, at);
        // As many as a turn has may be the first ones of more.
        else if (count < eventsInTurn && !backlogged.has(key)) lastCalm = at;
      }
      if (at - lastCalm > rememberedMs) return events;
      share(counts.values());
      for (const [key, { taken, count }] of counts) if (taken < count) heldUntil.set(key, at + turnMs);
      return events.filter(({ partitionKey }) => {
        const part = counts.get(partitionKey);
        return part !== undefined && (part.taken -= 1) >= 0;
      });
    },
    heldBack() {
      forget(heldUntil, now());
      return [...heldUntil.keys()];
    },
    msToNext() {
      const first = Math.min(...heldUntil.values());
      return Math.max(0, first - now());
    },
  };
}
