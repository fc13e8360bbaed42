import { renameSync, statSync } from 'node:fs';
import { pino, type DestinationStream } from 'pino';

const rotateAtBytes = 64 * 1024 * 1024;

/**
 * Opens the host's log file, to which all services write JSON lines. A file larger than 64 MiB is first renamed to `….1`,
 * which replaces the previous one. On a full disk only log lines are lost.
 */
export function openLogFile(
  path: string,
): AsyncDisposable & { path: string; destination: DestinationStream } {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > rotateAtBytes) renameSync(path, `${path}.1`);
  const destination = pino.destination({ dest: path, sync: false, mkdir: true, mode: 0o600 });
  destination.on('error', () => undefined);
  return {
    path,
    destination,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        destination.once('close', () => resolve());
        destination.end();
      }),
  };
}
