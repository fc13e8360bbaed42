import { setImmediate as settle } from 'node:timers/promises';
import type { SyncTimers } from '../../src/timers.ts';

export type VirtualTime = SyncTimers & {
  wait(ms: number): Promise<void>;
  /** Lets time go by, from one appointed thing to the next, and whatever follows from each happen before the next. */
  pass(ms: number): Promise<void>;
  /** How many things are appointed. */
  readonly pending: number;
};

/** Time that stands still until it is told to go on. */
export function createVirtualTime(): VirtualTime {
  let now = 0;
  const appointed = new Set<{ at: number; callback: () => void }>();

  function after(ms: number, callback: () => void): () => void {
    const appointment = { at: now + ms, callback };
    appointed.add(appointment);
    return () => appointed.delete(appointment);
  }

  return {
    after,
    wait: (ms) =>
      new Promise((resolve) => {
        after(ms, resolve);
      }),
    get pending() {
      return appointed.size;
    },
    async pass(ms) {
      const end = now + ms;
      await settle();
      for (;;) {
        // Of two at one moment the one that was appointed first: a Set and a sort keep that order.
        const [next] = [...appointed].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (!next) break;
        appointed.delete(next);
        now = next.at;
        next.callback();
        await settle();
      }
      now = end;
    },
  };
}
