import type { ServerMessage } from '@rondo/shared/contracts/sync-message';
import type { Worker } from '@rondo/shared/service';
import type { OpenSocket, Sockets } from '../transports/sockets.ts';
import type { WorkspaceBuffers } from '../domain/workspace-buffer.ts';

export type HeartbeatOptions = { sockets: Sockets; buffers: WorkspaceBuffers; every_ms: number };

const mostMissedPongs = 2;
const slices = 25;

/**
 * Tells every socket its workspace's head, and ends those that do not read or whose peer has not answered twice. A round
 * is done in slices over the interval: ten thousand sockets at once would hold up events.
 */
export function createHeartbeat({ sockets, buffers, every_ms: everyMs }: HeartbeatOptions): Worker {
  let timer: NodeJS.Timeout | undefined;
  let round: Iterator<OpenSocket> = sockets.all()[Symbol.iterator]();
  let slice = 0;

  function beatSlice(): void {
    if (slice === 0) round = sockets.all()[Symbol.iterator]();
    slice = (slice + 1) % slices;
    let left = slice === 0 ? Infinity : Math.ceil(sockets.size / slices);
    for (; left > 0; left -= 1) {
      const { done, value } = round.next();
      if (done === true) return;
      beat(value, buffers);
    }
  }

  return {
    start() {
      timer = setInterval(beatSlice, everyMs / slices);
    },
    async stop() {
      clearInterval(timer);
    },
  };

  function beat(open: OpenSocket, { head }: WorkspaceBuffers): void {
    if (open.missed_pongs >= mostMissedPongs) return open.socket.terminate();
    if (sockets.closeIfSlow(open)) return;
    open.missed_pongs += 1;
    const seq = head(open.workspace_id);
    open.pinged_seq = seq ?? 0;
    open.socket.ping();
    const heartbeat: ServerMessage = { type: 'heartbeat', seq };
    open.socket.send(JSON.stringify(heartbeat));
  }
}
