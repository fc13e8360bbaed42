import { renameSync, statSync } from 'node:fs';
import { pino, type DestinationStream } from 'pino';

const rotateAtBytes = 64 * 1024 * 1024;

/**
 * Opens the host's log file, to which all services write their JSON lines. One that has grown beyond 64 MiB is kept as
 * `….1`, in place of the one before. A disk that is full loses log lines and nothing else.
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
