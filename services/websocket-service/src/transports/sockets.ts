import type { WebSocket } from 'ws';
import { closeCodes } from '@rondo/sync-client/protocol';
import type { TicketHolder } from '../store/tickets.ts';

/** `ackedSeq`: the client has read up to here, by its hello or its last pong. `pingedSeq`: its next pong will acknowledge this. */
export type OpenSocket = TicketHolder & {
  socket: WebSocket;
  missedPongs: number;
  pingedSeq: number;
  ackedSeq: number;
};

/** The sockets that have said hello, by workspace. */
export type Sockets = {
  add(open: OpenSocket): void;
  remove(open: OpenSocket): void;
  /** Sends one event to all sockets of a workspace. They share its bytes. @returns how many got it */
  broadcast(workspaceId: string, event: Uint8Array): number;
  /** Closes a socket that leaves more than 1 MiB unread. @returns whether it was one */
  closeIfSlow(open: OpenSocket): boolean;
  countOfPerson(personId: string): number;
  /** Sets who is called when a person has one socket more or less. */
  onCountChange(listener: (personId: string) => void): void;
  people(): Iterable<string>;
  all(): Iterable<OpenSocket>;
  readonly size: number;
};

const maxUnreadBytes = 1024 * 1024;

export function createSockets({ onSlowReader }: { onSlowReader: () => void }): Sockets {
  const byWorkspace = new Map<string, Set<OpenSocket>>();
  const perPerson = new Map<string, number>();
  let size = 0;
  let onCountChange: ((personId: string) => void) | undefined;

  function count(personId: string, by: number): void {
    const now = (perPerson.get(personId) ?? 0) + by;
    if (now === 0) perPerson.delete(personId);
    else perPerson.set(personId, now);
    size += by;
    onCountChange?.(personId);
  }

  function remove(open: OpenSocket): void {
    const sockets = byWorkspace.get(open.workspace_id);
    if (!sockets?.delete(open)) return;
    if (sockets.size === 0) byWorkspace.delete(open.workspace_id);
    count(open.person_id, -1);
  }

  function closeIfSlow(open: OpenSocket): boolean {
    if (open.socket.bufferedAmount <= maxUnreadBytes) return false;
    onSlowReader();
    // It gets nothing more, and time to read what it has: even a slow client makes progress by resuming.
    remove(open);
    open.socket.close(closeCodes.slowReader, 'slow reader');
    return true;
  }

  return {
    add(open) {
      const sockets = byWorkspace.get(open.workspace_id) ?? new Set();
      byWorkspace.set(open.workspace_id, sockets.add(open));
      count(open.person_id, 1);
    },
    remove,
    closeIfSlow,
    broadcast(workspaceId, event) {
      let sent = 0;
      for (const open of byWorkspace.get(workspaceId) ?? []) {
        if (closeIfSlow(open)) continue;
        open.socket.send(event, { binary: false });
        sent += 1;
      }
      return sent;
    },
    onCountChange(listener) {
      onCountChange = listener;
    },
    countOfPerson: (personId) => perPerson.get(personId) ?? 0,
    people: () => perPerson.keys(),
    *all() {
      for (const sockets of byWorkspace.values()) yield* sockets;
    },
    get size() {
      return size;
    },
  };
}
