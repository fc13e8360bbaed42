import { setImmediate as runPending } from 'node:timers/promises';
import type { SyncTimers } from '../../src/timers.ts';

export type VirtualTime = SyncTimers & {
  wait(ms: number): Promise<void>;
  /** Advances time from timer to timer; what a timer causes is done before the next one fires. */
  pass(ms: number): Promise<void>;
  /** The number of timers that are set. */
  readonly pending: number;
};

/** A clock that only advances by `pass`. */
export function createVirtualTime(): VirtualTime {
  let now = 0;
  const timers = new Set<{ at: number; callback: () => void }>();

  function after(ms: number, callback: () => void): () => void {
    const timer = { at: now + ms, callback };
    timers.add(timer);
    return () => timers.delete(timer);
  }

  return {
    after,
    wait: (ms) =>
      new Promise((resolve) => {
        after(ms, resolve);
      }),
    get pending() {
      return timers.size;
    },
    async pass(ms) {
      const end = now + ms;
      await runPending();
      for (;;) {
        // A Set keeps insertion order and the sort is stable, so timers of the same moment fire in the order they were set.
        const [next] = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (!next) break;
        timers.delete(next);
        now = next.at;
        next.callback();
        await runPending();
      }
      now = end;
    },
  };
}
