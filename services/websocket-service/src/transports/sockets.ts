import type { WebSocket } from 'ws';
import { closeCodes } from '@rondo/sync-client/protocol';
import { inSlices } from '@rondo/shared/workers/slices';
import type { TicketHolder } from '../store/tickets.ts';
import { createUnreadBudget } from './unread-budget.ts';

/**
 * `ackedSeq`: the seq that the client has read, by its hello or last pong. `pingedSeq`: the seq that its next pong acknowledges.
 * `answeredAt`: when its last ping message was answered, in milliseconds of the process.
 */
export type OpenSocket = TicketHolder & {
  socket: WebSocket;
  missedPongs: number;
  pingedSeq: number;
  ackedSeq: number;
  answeredAt: number;
};

/** The sockets that have said hello, by workspace. */
export type Sockets = {
  add(open: OpenSocket): void;
  remove(open: OpenSocket): void;
  /** Sends one event to all sockets of a workspace. They share its bytes. @returns the number of sockets */
  broadcast(workspaceId: string, event: Uint8Array): number;
  /**
   * Sends each socket a message for its workspace, in slices. A socket gets it before any event that is sent later.
   */
  announce(messageOf: (workspaceId: string) => Uint8Array): Promise<void>;
  /** Sends a message to a socket. If all sockets together have too much unread, the slowest ones are cut off. */
  send(open: OpenSocket, message: Uint8Array): void;
  /** Closes a socket. It gets no more events, but time to read those already sent, so that a resume continues after them. */
  close(open: OpenSocket, code: number, reason: string): void;
  /** Closes a socket with more than 1 MiB of unread data. @returns whether it was closed */
  closeIfSlow(open: OpenSocket): boolean;
  countOfPerson(personId: string): number;
  /** Sets the listener for changes of a person's socket count. */
  onCountChange(listener: (personId: string) => void): void;
  people(): Iterable<string>;
  all(): Iterable<OpenSocket>;
  readonly size: number;
};

const mebibyte = 1024 * 1024;
const maxUnreadBytes = mebibyte;
/** Of all sockets together. */
const maxUnreadBytesOfAll = 16 * mebibyte;

export function createSockets({ onSlowReader }: { onSlowReader: () => void }): Sockets {
  const byWorkspace = new Map<string, Set<OpenSocket>>();
  const perPerson = new Map<string, number>();
  let size = 0;
  const unread = createUnreadBudget<OpenSocket>(maxUnreadBytesOfAll, cutOff);
  let announced = (_workspaceId: string): Uint8Array => new Uint8Array();
  /** The sockets that have not got the announcement. */
  const unaware = new Set<OpenSocket>();
  let onCountChange: ((personId: string) => void) | undefined;

  function count(personId: string, by: number): void {
    const now = (perPerson.get(personId) ?? 0) + by;
    if (now === 0) perPerson.delete(personId);
    else perPerson.set(personId, now);
    size += by;
    onCountChange?.(personId);
  }

  function leave(open: OpenSocket): void {
    unaware.delete(open);
    const sockets = byWorkspace.get(open.workspace_id);
    if (!sockets?.delete(open)) return;
    if (sockets.size === 0) byWorkspace.delete(open.workspace_id);
    count(open.person_id, -1);
  }

  function remove(open: OpenSocket): void {
    unread.forget(open);
    leave(open);
  }

  function closeIfSlow(open: OpenSocket): boolean {
    if (open.socket.bufferedAmount <= maxUnreadBytes) return false;
    onSlowReader();
    close(open, closeCodes.slowReader, 'slow reader');
    return true;
  }

  /** It does not read, so it would not get a close frame either. */
  function cutOff(open: OpenSocket): void {
    onSlowReader();
    remove(open);
    open.socket.terminate();
  }

  function send(open: OpenSocket, message: Uint8Array): void {
    makeAware(open);
    if (open.socket.readyState !== open.socket.OPEN) return;
    open.socket.send(message, { binary: false });
    unread.look(open);
  }

  function makeAware(open: OpenSocket): void {
    if (unaware.delete(open)) send(open, announced(open.workspace_id));
  }

  function* all(): Generator<OpenSocket> {
    for (const sockets of byWorkspace.values()) yield* sockets;
  }

  function close(open: OpenSocket, code: number, reason: string): void {
    // What it has not read stays in memory until it is closed.
    leave(open);
    open.socket.close(code, reason);
  }

  return {
    add(open) {
      const sockets = byWorkspace.get(open.workspace_id) ?? new Set();
      byWorkspace.set(open.workspace_id, sockets.add(open));
      count(open.person_id, 1);
    },
    remove,
    close,
    closeIfSlow,
    send,
    broadcast(workspaceId, event) {
      let sent = 0;
      for (const open of byWorkspace.get(workspaceId) ?? []) {
        if (closeIfSlow(open)) continue;
        send(open, event);
        sent += 1;
      }
      return sent;
    },
    announce(messageOf) {
      announced = messageOf;
      for (const open of all()) unaware.add(open);
      return inSlices(unaware, makeAware);
    },
    onCountChange(listener) {
      onCountChange = listener;
    },
    countOfPerson: (personId) => perPerson.get(personId) ?? 0,
    people: () => perPerson.keys(),
    all,
    get size() {
      return size;
    },
  };
}
