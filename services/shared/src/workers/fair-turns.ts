import type { AppError } from '../errors.ts';
import { createTurnWait } from './turn-wait.ts';

export type FairTurnsOptions = {
  /** The weight of all turns at a time. A heavier one runs by itself. */
  maxWeight: number;
  /** How many of one key wait. One more is refused. */
  maxWaiting: number;
  /** How long one waits for its turn, in milliseconds. */
  maxWaitMs: number;
  refusal: () => AppError;
};

/**
 * Turns in something that all share, such as memory. A key, such as a person, has one turn at a time, and keys take turns, however
 * many of one key wait. A heavy turn is not overtaken by lighter ones.
 */
export type FairTurns = {
  /**
   * Waits for a turn.
   * @param signal aborts when nobody needs the turn any more; then its place in the queue is free
   * @returns a function that ends the turn. A second call does nothing.
   * @throws AppError `refusal` if too many of the key wait, or if the turn doesn't come in time; and the reason of the signal
   */
  take(key: string, weight: number, signal?: AbortSignal): Promise<() => void>;
};

type Waiting = { weight: number; start: () => void };

export function createFairTurns({ maxWeight, maxWaiting, maxWaitMs, refusal }: FairTurnsOptions): FairTurns {
  const running = new Set<string>();
  let runningWeight = 0;
  /** Who waits, by key. The first key without a turn has the next one. A key goes to the end after its turn. */
  const lanes = new Map<string, Set<Waiting>>();

  function startNext(): void {
    for (const [key, lane] of lanes) {
      const [next] = lane;
      if (!next || running.has(key)) continue;
      if (running.size > 0 && runningWeight + next.weight > maxWeight) return;
      running.add(key);
      runningWeight += next.weight;
      leave(key, lane, next);
      next.start();
    }
  }

  function leave(key: string, lane: Set<Waiting>, one: Waiting): void {
    lane.delete(one);
    if (lane.size === 0) lanes.delete(key);
  }

  function end(key: string, weight: number): void {
    running.delete(key);
    runningWeight -= weight;
    const lane = lanes.get(key);
    if (lane) {
      lanes.delete(key);
      lanes.set(key, lane);
    }
    startNext();
  }

  return {
    async take(key, weight, signal) {
      const lane = lanes.get(key) ?? new Set();
      if (lane.size >= maxWaiting) throw refusal();
      const { start, started } = createTurnWait({
        maxWaitMs,
        refusal,
        signal,
        leave() {
          leave(key, lane, one);
          startNext();
        },
      });
      const one: Waiting = { weight, start };
      lanes.set(key, lane.add(one));
      startNext();
      await started;
      let isTaken = true;
      return () => {
        if (isTaken) end(key, weight);
        isTaken = false;
      };
    },
  };
}
