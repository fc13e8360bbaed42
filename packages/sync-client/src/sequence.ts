import type { SyncEvent } from './protocol.ts';

export type SyncSequence<Event extends SyncEvent> = {
  /** The seq of the last applied event. */
  readonly last: number;
  /** Whether events after the last applied one are known to exist. */
  readonly hasGap: boolean;
  /** Takes an event from the socket or from the feed. */
  take(event: Event): void;
  /** Records that events up to `seq` exist. */
  noteHead(seq: number): void;
  /** Continues after `seq` and drops all buffered events. */
  reset(seq: number): void;
};

/** Events beyond this number are dropped and come from the feed later. */
const maxBuffered = 1_000;

/**
 * Puts events into order. The event with seq `last + 1` is applied, together with the buffered events that follow it. An
 * event with a lower seq is ignored, one with a higher seq is buffered until the gap is filled. `apply` may call `reset`.
 */
export function createSyncSequence<Event extends SyncEvent>(
  since: number,
  apply: (event: Event) => void,
): SyncSequence<Event> {
  let last = since;
  let head = since;
  const buffered = new Map<number, Event>();

  return {
    get last() {
      return last;
    },
    get hasGap() {
      return head > last;
    },
    noteHead(seq) {
      head = Math.max(head, seq);
    },
    take(event) {
      if (event.seq <= last) return;
      head = Math.max(head, event.seq);
      if (event.seq > last + 1 && buffered.size >= maxBuffered) return;
      buffered.set(event.seq, event);
      for (let next = buffered.get(last + 1); next; next = buffered.get(last + 1)) {
        last = next.seq;
        buffered.delete(last);
        apply(next);
      }
    },
    reset(seq) {
      last = seq;
      head = seq;
      buffered.clear();
    },
  };
}
