import { execFile } from 'node:child_process';
import { mkdtemp, open, rm, rmdir, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type SmallDisk = {
  directory: string;
  fill(): Promise<void>;
  /** Fills it until only this many MiB are free. */
  fillUpTo(freeMebibytes: number): Promise<void>;
  free(): Promise<void>;
  unmount(): Promise<void>;
};

const chunk = Buffer.alloc(64 * 1024);

/** Mounts a small disk that a test can fill; the size is in MiB. Undefined if this user may not mount one. */
export async function mountSmallDisk(mebibytes: number): Promise<SmallDisk | undefined> {
  const directory = await mkdtemp(join(tmpdir(), 'rondo-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', directory]);
  } catch {
    await rmdir(directory);
    return undefined;
  }
  const ballast = join(directory, 'ballast');
  return {
    directory,
    async fill() {
      await using file = await open(ballast, 'a');
      try {
        for (;;) await file.write(chunk);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    },
    async fillUpTo(freeMebibytes) {
      const { bavail, bsize } = await statfs(directory);
      await using file = await open(ballast, 'a');
      for (let bytes = bavail * bsize - freeMebibytes * 1024 * 1024; bytes > 0; bytes -= chunk.length)
        await file.write(chunk);
    },
    free: () => rm(ballast),
    async unmount() {
      // Lazily, because the PostgreSQL of a killed host may still use it for a moment.
      await run('umount', ['--lazy', directory]);
      await rmdir(directory);
    },
  };
}
