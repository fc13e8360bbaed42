import { statfs } from 'node:fs/promises';
import type { DependencyCheck } from '../http/health.ts';

/** Two WAL segments: with less, PostgreSQL may stop with a panic at its next commit, however small the disk is. */
const leastBytes = 32 * 1024 * 1024;
/** How much more has to be free until writes are accepted again, so that they don't flap. */
const enoughBytes = 40 * 1024 * 1024;
const leastShare = 0.05;
const enoughShare = 0.06;
const lookEveryMs = 500;

export type DiskSpace = { freeBytes: number; totalBytes: number };

/** Watches the disk that holds a database. */
export type FreeSpace = Disposable & {
  /** Whether writes have to stop: less than 5 % or 32 MiB is free. It ends at 6 % and 40 MiB. */
  isLow(): boolean;
};

/** Decides whether a disk has too little space for writes. */
export function isSpaceLow({ freeBytes, totalBytes }: DiskSpace, wasLow: boolean): boolean {
  return wasLow
    ? freeBytes < Math.max(enoughShare * totalBytes, enoughBytes)
    : freeBytes < Math.max(leastShare * totalBytes, leastBytes);
}

/** Reads the space that this user may use on the disk of a directory. */
export async function readDiskSpace(directory: string): Promise<DiskSpace> {
  const { bavail, blocks, bsize } = await statfs(directory);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}

/**
 * Looks twice a second at the disk of a directory, from now on until disposal.
 * @param onChange called when space becomes low, and when there is enough again
 */
export function watchFreeSpace(
  directory: string,
  onChange: (isLow: boolean) => void = () => undefined,
): FreeSpace {
  let isLow = false;
  async function look(): Promise<void> {
    // If the disk can't be checked, PostgreSQL reports what is wrong with it.
    const space = await readDiskSpace(directory).catch(() => undefined);
    if (space === undefined || isSpaceLow(space, isLow) === isLow) return;
    isLow = !isLow;
    onChange(isLow);
  }
  const timer = setInterval(() => void look(), lookEveryMs);
  void look();
  return {
    isLow: () => isLow,
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

/** Reports in `/health/ready` that nothing can be written. */
export function diskCheck(space: FreeSpace): DependencyCheck {
  return {
    name: 'disk',
    isRequired: false,
    check: async () =>
      space.isLow()
        ? { status: 'degraded', detail: 'the disk is almost full: nothing can be written' }
        : { status: 'up' },
  };
}
