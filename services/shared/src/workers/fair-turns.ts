import type { AppError } from '../errors.ts';
import { createRecentUse } from './recent-use.ts';
import { createTurnWait } from './turn-wait.ts';

export type FairTurnsOptions = {
  /** The weight of all turns at a time. A heavier one runs by itself. */
  maxWeight: number;
  /** How many of one key wait. One more is refused. */
  maxWaiting: number;
  /** How long one waits for its turn, in milliseconds. */
  maxWaitMs: number;
  refusal: () => AppError;
  /** Of what keys have used: after this time it counts half. */
  halfLifeMs?: number;
  /** In milliseconds. */
  now?: () => number;
};

/**
 * Turns in something that all share, such as memory. A key, such as a person, has one turn at a time, and keys take turns, however
 * many of one key wait. Those whose turns took less time lately go first: who comes now and then waits for the turn under way, and
 * not for all who come again and again. A heavy turn is not overtaken by lighter ones of keys that come after it.
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

export function createFairTurns({
  maxWeight,
  maxWaiting,
  maxWaitMs,
  refusal,
  halfLifeMs = 60_000,
  now = () => performance.now(),
}: FairTurnsOptions): FairTurns {
  const use = createRecentUse({ halfLifeMs, now });
  const running = new Set<string>();
  let runningWeight = 0;
  /** Who waits, by key. Of keys that used as little, the first without a turn has the next one. A key goes to the end after its turn. */
  const lanes = new Map<string, Set<Waiting>>();

  function startNext(): void {
    const inOrder = [...lanes].map(([key, lane]) => ({ key, lane, used: use.of(key) }));
    for (const { key, lane } of inOrder.toSorted((one, other) => one.used - other.used)) {
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

  function end(key: string, { weight, began }: { weight: number; began: number }): void {
    running.delete(key);
    runningWeight -= weight;
    use.add(key, now() - began);
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
      const began = now();
      let isTaken = true;
      return () => {
        if (isTaken) end(key, { weight, began });
        isTaken = false;
      };
    },
  };
}
