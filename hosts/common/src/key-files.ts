import { chmod, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from './start-error.ts';

/** What a data directory has besides the cluster that can't be made again: the database's password, and the keys. */
export const keptNames = ['postgres.password', 'identity'];

/** The paths of the files below `keptNames`, relative to the data directory. */
export async function keyFiles(dataDir: string): Promise<string[]> {
  const found = await Promise.all(
    keptNames.map(async (name) => {
      const state = await stat(join(dataDir, name)).catch(nothingIfMissing);
      if (!state?.isDirectory()) return state ? [name] : [];
      const inside = await readdir(join(dataDir, name), { withFileTypes: true });
      return inside.filter((entry) => entry.isFile()).map((entry) => join(name, entry.name));
    }),
  );
  return found.flat();
}

/**
 * Takes the key files from other users: a copy, or a backup of another program, may have made them readable.
 * @param say prints a line in the terminal
 * @throws StartError if a mode can't be changed
 */
export async function closeKeyFiles(dataDir: string, say: (line: string) => void): Promise<void> {
  // Windows has no such modes.
  if (process.getuid === undefined) return;
  for (const name of await keyFiles(dataDir)) {
    const path = join(dataDir, name);
    if (((await stat(path)).mode & 0o077) === 0) continue;
    await chmod(path, 0o600).catch((cause: unknown) => {
      throw new StartError(`Other users can read ${path}, and its mode can't be changed: set it to 600.`, {
        cause,
      });
    });
    say(`Warning: other users could read ${path}. Its mode is 600 now; replace the key if one of them did.`);
  }
}

function nothingIfMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR'].includes(String(error.code))) return;
  throw error;
}
