import type { WebSocket } from 'ws';
import { closeCodes } from '@rondo/sync-client/protocol';
import type { TicketHolder } from '../store/tickets.ts';

/** `acked_seq`: the client has read up to there, as its hello or its last pong says; `pinged_seq`: its next pong says so. */
export type OpenSocket = TicketHolder & {
  socket: WebSocket;
  missed_pongs: number;
  pinged_seq: number;
  acked_seq: number;
};

/** The sockets that have said hello, by workspace. */
export type Sockets = {
  add(open: OpenSocket): void;
  remove(open: OpenSocket): void;
  /** Sends one event to all sockets of a workspace, which share its bytes. @returns to how many */
  broadcast(workspaceId: string, event: Uint8Array): number;
  /** Closes a socket that leaves more than 1 MiB unread. @returns whether it was one */
  closeIfSlow(open: OpenSocket): boolean;
  countOfPerson(personId: string): number;
  people(): Iterable<string>;
  all(): Iterable<OpenSocket>;
  readonly size: number;
};

export type SocketsOptions = {
  onSlowReader: () => void;
  /** A person has one socket more or less. */
  onCount: (personId: string) => void;
};

const mostUnreadBytes = 1024 * 1024;

export function createSockets({ onSlowReader, onCount }: SocketsOptions): Sockets {
  const byWorkspace = new Map<string, Set<OpenSocket>>();
  const perPerson = new Map<string, number>();
  let size = 0;

  function count(personId: string, by: number): void {
    const now = (perPerson.get(personId) ?? 0) + by;
    if (now === 0) perPerson.delete(personId);
    else perPerson.set(personId, now);
    size += by;
    onCount(personId);
  }

  function remove(open: OpenSocket): void {
    const sockets = byWorkspace.get(open.workspace_id);
    if (!sockets?.delete(open)) return;
    if (sockets.size === 0) byWorkspace.delete(open.workspace_id);
    count(open.person_id, -1);
  }

  function closeIfSlow(open: OpenSocket): boolean {
    if (open.socket.bufferedAmount <= mostUnreadBytes) return false;
    onSlowReader();
    // It gets nothing more from now on, and time to read what it has: so even a slow one makes progress by resuming.
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
