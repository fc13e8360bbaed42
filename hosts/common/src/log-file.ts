import { once } from 'node:events';
import { pino, type DestinationStream } from 'pino';
import { rotateAtBytes, rotateByName, sizeOf } from './rotate-log.ts';

/** The most that waits in memory for a disk that is full or slow. Later lines are lost. */
const maxWaitingBytes = 4 * 1024 * 1024;

/**
 * Opens the host's log file, to which all services write JSON lines. It is rotated at 16 MiB, also while it is written, and
 * four files are kept. On a full disk only log lines are lost.
 *
 * pino-roll changes the name of the current file at each rotation, and rotating-file-stream ends at the first failed write,
 * such as that of a full disk. Neither can rotate what other programs write.
 */
export function openLogFile(
  path: string,
): AsyncDisposable & { path: string; destination: DestinationStream } {
  const destination = pino.destination({
    dest: path,
    sync: false,
    mkdir: true,
    mode: 0o600,
    maxLength: maxWaitingBytes,
  });
  let bytes = sizeOf(path);
  let isReopening = false;
  let isEnding = false;

  function rotate(): void {
    try {
      rotateByName(path);
    } catch {
      // Lines are worth more than the limit: the file grows until it can be renamed.
    }
    isReopening = true;
    destination.reopen();
  }
  destination.on('error', () => {
    isReopening = false;
  });
  destination.on('ready', () => {
    isReopening = false;
    bytes = sizeOf(path);
  });
  destination.on('write', (written: number) => {
    bytes += written;
    if (bytes >= rotateAtBytes && !isReopening && !isEnding) rotate();
  });
  /** Resolves at an event, or at an error: on a full disk the last lines are lost. */
  const settled = (event: string) => once(destination, event).catch(() => undefined);
  return {
    path,
    destination,
    async [Symbol.asyncDispose]() {
      isEnding = true;
      // A destination that ends while it reopens its file never closes.
      if (isReopening) await settled('ready');
      const closed = settled('close');
      destination.end();
      await closed;
    },
  };
}
