import type { Worker } from '@rondo/shared/workers/worker';
import type { SyncContext } from '../context.ts';
import { heartbeatMessage } from '../transports/heartbeat-message.ts';
import type { OpenSocket } from '../transports/sockets.ts';

const maxMissedPongs = 2;
const slices = 25;

/**
 * Sends each socket the head of its workspace. Closes sockets that do not read, or whose client missed two pings. Each round
 * is split into slices over the interval, because ten thousand sockets at once would delay events.
 */
export function createHeartbeat({ sockets, buffers, settings }: SyncContext): Worker {
  const sliceMs = (settings.HEARTBEAT_SECONDS * 1000) / slices;
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
      beat(value);
    }
  }

  return {
    start() {
      timer = setInterval(beatSlice, sliceMs);
    },
    async stop() {
      clearInterval(timer);
    },
  };

  function beat(open: OpenSocket): void {
    if (open.missedPongs >= maxMissedPongs) return open.socket.terminate();
    if (sockets.closeIfSlow(open)) return;
    open.missedPongs += 1;
    open.pingedSeq = buffers.head(open.workspace_id) ?? 0;
    open.socket.ping();
    open.socket.send(heartbeatMessage(buffers, open.workspace_id));
  }
}
