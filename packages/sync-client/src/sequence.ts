import type { TaskEvent } from '@rondo/shared/contracts/task-event';

export type SyncSequence = {
  /** The last seq that was applied. */
  readonly last: number;
  /** Whether something is known to be missing: events came, or were spoken of, beyond the last applied one. */
  readonly hasGap: boolean;
  /** Takes an event in, wherever it comes from. */
  take(event: TaskEvent): void;
  /** Notes that events up to `seq` exist. */
  hear(seq: number): void;
  /** Starts again after `seq`, and forgets what was held back. */
  reset(seq: number): void;
};

/** What is held back is bounded; what is not, comes from the feed. */
const mostHeld = 1_000;

/**
 * Brings events into order: seq = last + 1 is applied, with what was held back and now follows; ≤ last is ignored;
 * anything later is held back until the gap before it is filled. `apply` may reset the sequence or end the client.
 */
export function createSyncSequence(since: number, apply: (event: TaskEvent) => void): SyncSequence {
  let last = since;
  let heard = since;
  const held = new Map<number, TaskEvent>();

  return {
    get last() {
      return last;
    },
    get hasGap() {
      return heard > last;
    },
    hear(seq) {
      heard = Math.max(heard, seq);
    },
    take(event) {
      if (event.seq <= last) return;
      heard = Math.max(heard, event.seq);
      if (event.seq > last + 1 && held.size >= mostHeld) return;
      held.set(event.seq, event);
      for (let next = held.get(last + 1); next; next = held.get(last + 1)) {
        last = next.seq;
        held.delete(last);
        apply(next);
      }
    },
    reset(seq) {
      last = seq;
      heard = seq;
      held.clear();
    },
  };
}
