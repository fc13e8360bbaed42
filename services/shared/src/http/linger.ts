import type { Socket } from 'node:net';
import { onceClosed } from './once-closed.ts';

/** How long a client may go on sending a body that was refused. */
const lingerMs = 2_000;

/**
 * Closes a connection gently after its answer: what the client still sends is read and dropped. If the socket were destroyed
 * with unread bytes, the kernel would reset the connection, and the client would lose the answer.
 */
export function lingerBeforeClose(socket: Socket): void {
  socket.destroySoon = () => {
    socket.end();
    const deadline = setTimeout(() => socket.destroy(), lingerMs);
    onceClosed(socket, () => clearTimeout(deadline));
  };
}
