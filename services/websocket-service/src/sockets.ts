import type { WebSocket } from 'ws';
import { closeCodes } from '@rondo/shared/contracts/sync-message';
import type { TicketHolder } from './tickets.ts';

export type OpenSocket = TicketHolder & { socket: WebSocket; missed_pongs: number };

/** The sockets that have said hello, by workspace. */
export type Sockets = {
  add(open: OpenSocket): void;
  remove(open: OpenSocket): void;
  /** Sends one text to all sockets of a workspace. @returns to how many */
  broadcast(workspaceId: string, text: string): number;
  countOfPerson(personId: string): number;
  all(): Iterable<OpenSocket>;
  readonly size: number;
};

/** What waits for a reader who does not read; beyond it the socket is closed, and the client resumes. */
const mostBufferedBytes = 1024 * 1024;

export function createSockets(onSlowReader: () => void): Sockets {
  const byWorkspace = new Map<string, Set<OpenSocket>>();
  const perPerson = new Map<string, number>();
  let size = 0;

  function count(personId: string, by: number): void {
    const now = (perPerson.get(personId) ?? 0) + by;
    if (now === 0) perPerson.delete(personId);
    else perPerson.set(personId, now);
    size += by;
  }

  return {
    add(open) {
      const sockets = byWorkspace.get(open.workspace_id) ?? new Set();
      byWorkspace.set(open.workspace_id, sockets.add(open));
      count(open.person_id, 1);
    },
    remove(open) {
      const sockets = byWorkspace.get(open.workspace_id);
      if (!sockets?.delete(open)) return;
      if (sockets.size === 0) byWorkspace.delete(open.workspace_id);
      count(open.person_id, -1);
    },
    broadcast(workspaceId, text) {
      const sockets = byWorkspace.get(workspaceId);
      if (!sockets) return 0;
      for (const { socket } of sockets) {
        if (socket.bufferedAmount > mostBufferedBytes) {
          onSlowReader();
          socket.close(closeCodes.slow_reader, 'slow reader');
          // A reader who reads nothing does not read the close either.
          socket.terminate();
        } else socket.send(text);
      }
      return sockets.size;
    },
    countOfPerson: (personId) => perPerson.get(personId) ?? 0,
    *all() {
      for (const sockets of byWorkspace.values()) yield* sockets;
    },
    get size() {
      return size;
    },
  };
}
