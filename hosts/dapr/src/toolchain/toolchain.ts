import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StartError } from '@rondo/host-common/start-error';

/** Where programs are kept, and where it is told what is being done. */
export type Toolchain = {
  /** Outside the repository: what is built is kept by version, for every clone of this user. */
  cacheDir: string;
  say: (line: string) => void;
};

/** What a person's caches are, as the XDG Base Directory Specification has it; RONDO_CACHE_DIR goes before it. */
export function cacheDirectoryOf(env: Record<string, string | undefined>): string {
  const { RONDO_CACHE_DIR: own, XDG_CACHE_HOME: caches, HOME: home } = env;
  if (own) return own;
  if (caches) return join(caches, 'rondo');
  if (home) return join(home, '.cache', 'rondo');
  throw new StartError('Neither HOME nor RONDO_CACHE_DIR is set: set RONDO_CACHE_DIR to a directory.');
}

/**
 * A directory of the cache, filled by `fill` where it is not there. It is filled beside its place and then moved there, so
 * that nothing half done is ever found; of two that fill at once, the first one's stays.
 */
export async function keptDirectory(
  { cacheDir }: Toolchain,
  key: string,
  fill: (draft: string) => Promise<void>,
): Promise<string> {
  const directory = join(cacheDir, key);
  if (await exists(directory)) return directory;
  const draft = `${directory}.${process.pid}`;
  try {
    await mkdir(draft, { recursive: true });
    await fill(draft);
    await mkdir(dirname(directory), { recursive: true });
    await rename(draft, directory).catch(async (error: unknown) => {
      if (!(await exists(directory))) throw error;
    });
    return directory;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
