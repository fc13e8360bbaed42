import { open, type FileHandle } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** How often a holder shows that it lives, in milliseconds. */
export const defaultBeatMs = 5_000;

/** The beats after which a silent holder has ended, or has left the network. */
const missedBeats = 6;

/** How long `hasHeartbeat` watches, in milliseconds. */
export const watchMs = (beatMs: number): number => missedBeats * beatMs;

/** Changes the times of an open file at each beat. A failure, such as of the network, is a missed beat. */
export function startHeartbeat(file: FileHandle, beatMs: number): Disposable {
  const timer = setInterval(() => {
    const now = new Date();
    void file.utimes(now, now).catch(() => undefined);
  }, beatMs);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** Watches a file for changes of its times. The clocks of two machines may differ, so no time is compared with that of this one. */
export async function hasHeartbeat(path: string, beatMs: number): Promise<boolean> {
  const first = await timesOf(path);
  const end = performance.now() + watchMs(beatMs);
  while (performance.now() < end) {
    await pause(beatMs / 2);
    const times = await timesOf(path);
    if (times !== first) return times !== undefined;
  }
  return false;
}

/** Opens the file, because a network file system asks its server only then. */
async function timesOf(path: string): Promise<string | undefined> {
  try {
    await using file = await open(path, 'r');
    const { ino, mtimeMs } = await file.stat();
    return `${ino} ${mtimeMs}`;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
