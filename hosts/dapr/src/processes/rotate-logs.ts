import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { rotateAtBytes, rotateByCopy, sizeOf } from '@rondo/host-common/rotate-log';

const lookEveryMs = 5_000;

/**
 * Rotates the logs of programs, which write to files that the host opened for them, at 16 MiB.
 * @param except the name of the host's own log, which rotates itself
 */
export function rotateLogsIn(directory: string, except: string): Disposable {
  let rotating: Promise<void> | undefined;
  const timer = setInterval(() => {
    rotating ??= rotateLarge(directory, except)
      // On a full disk a log can't be copied. It is tried again.
      .catch(() => undefined)
      .finally(() => (rotating = undefined));
  }, lookEveryMs);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** Rotates each log of a directory that is too large. */
export async function rotateLarge(directory: string, except: string): Promise<void> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.log') && name !== except);
  for (const path of names.map((name) => join(directory, name)))
    if (sizeOf(path) >= rotateAtBytes) await rotateByCopy(path);
}
