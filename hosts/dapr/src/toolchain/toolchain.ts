import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StartError } from '@rondo/host-common/start-error';

/** The cache of programs, and the output for progress. */
export type Toolchain = {
  /** Outside the repository: builds are cached by version and shared by all clones of this user. */
  cacheDir: string;
  say: (line: string) => void;
};

/** The cache directory: RONDO_CACHE_DIR, or that of the XDG Base Directory Specification. */
export function cacheDirectoryOf(env: Record<string, string | undefined>): string {
  const { RONDO_CACHE_DIR: own, XDG_CACHE_HOME: caches, HOME: home } = env;
  if (own) return own;
  if (caches) return join(caches, 'rondo');
  if (home) return join(home, '.cache', 'rondo');
  throw new StartError('Neither HOME nor RONDO_CACHE_DIR is set: set RONDO_CACHE_DIR to a directory.');
}

/**
 * Returns a directory of the cache. If it is missing, `fill` writes a temporary directory, which is then moved into place,
 * so that the cache never has an incomplete directory. Of two concurrent calls, the first to finish wins.
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
