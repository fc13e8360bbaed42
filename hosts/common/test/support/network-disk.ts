import { execFile } from 'node:child_process';
import { mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Cleanup } from '@rondo/shared/test/identity';

const run = promisify(execFile);

/**
 * Mounts a file system that Rondo doesn't know to be local: it treats ramfs like one on a network. Undefined if this user may not
 * mount one.
 */
export async function mountNetworkDisk(t: Cleanup): Promise<string | undefined> {
  const directory = await mkdtemp(join(tmpdir(), 'rondo-ramfs-'));
  const isMounted = await run('mount', ['-t', 'ramfs', 'ramfs', directory]).then(
    () => true,
    () => false,
  );
  t.after(async () => {
    if (isMounted) await run('umount', ['--lazy', directory]);
    await rmdir(directory);
  });
  return isMounted ? directory : undefined;
}
