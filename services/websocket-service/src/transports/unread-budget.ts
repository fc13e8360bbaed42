import type { WebSocket } from 'ws';

/** Bounds what all sockets together have been sent and not read. */
export type UnreadBudget<Reader extends { socket: Pick<WebSocket, 'bufferedAmount'> }> = {
  /** Looks at a socket that was sent something. */
  look(reader: Reader): void;
  forget(reader: Reader): void;
};

/** After this part of the budget no more sockets are cut off, so that it doesn't happen with each message. */
const reliefRatio = 0.75;

/**
 * Counts unread bytes when something is sent. When they exceed the budget, those who read meanwhile are counted again, and then the
 * slowest readers are cut off.
 */
export function createUnreadBudget<Reader extends { socket: Pick<WebSocket, 'bufferedAmount'> }>(
  maxBytes: number,
  cutOff: (reader: Reader) => void,
): UnreadBudget<Reader> {
  const behind = new Map<Reader, number>();
  let total = 0;

  function set(reader: Reader, bytes: number): void {
    total += bytes - (behind.get(reader) ?? 0);
    if (bytes === 0) behind.delete(reader);
    else behind.set(reader, bytes);
  }

  function relieve(): void {
    for (const reader of behind.keys()) set(reader, reader.socket.bufferedAmount);
    if (total <= maxBytes) return;
    const slowest = [...behind].toSorted(([, one], [, other]) => other - one);
    for (const [reader] of slowest) {
      if (total <= reliefRatio * maxBytes) return;
      set(reader, 0);
      cutOff(reader);
    }
  }

  return {
    look(reader) {
      set(reader, reader.socket.bufferedAmount);
      if (total > maxBytes) relieve();
    },
    forget: (reader) => set(reader, 0),
  };
}
