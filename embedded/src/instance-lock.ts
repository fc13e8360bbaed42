import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { identityOf } from './process-identity.ts';
import { StartError, startErrorOf } from './start-error.ts';

/** Holds a data directory for this process. `was_stale`: the one before it ended without giving the lock back. */
export type InstanceLock = AsyncDisposable & { was_stale: boolean; release(): Promise<void> };

type Holder = { pid: number; identity: string };

/**
 * Takes the lock `{data_dir}/{name}`, making the directory where it is missing. The host holds `host.lock`; what may
 * be started on a directory without a host has a lock of its own. That of a process that ended is taken over.
 * @throws StartError when another process, or this one, holds the directory, or it can't be written
 */
export async function lockInstance(data_dir: string, name = 'host.lock'): Promise<InstanceLock> {
  const path = join(data_dir, name);
  const draft = `${path}.${randomUUID()}`;
  const holder: Holder = { pid: process.pid, identity: (await identityOf(process.pid)) ?? '' };
  const content = JSON.stringify(holder);
  try {
    await mkdir(data_dir, { recursive: true, mode: 0o700 });
    await writeFile(draft, content, { mode: 0o600 });
    const was_stale = await takeLock(data_dir, path, draft);
    const release = async () => {
      if ((await readLock(path)) === content) await rm(path, { force: true });
    };
    return { was_stale, release, [Symbol.asyncDispose]: release };
  } catch (error) {
    throw startErrorOf(error, data_dir);
  } finally {
    await rm(draft, { force: true }).catch(() => undefined);
  }
}

/** A hard link either makes the complete lock file or fails because there is one. */
async function takeLock(data_dir: string, path: string, draft: string): Promise<boolean> {
  let was_stale = false;
  for (;;) {
    try {
      await link(draft, path);
      return was_stale;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const found = await readLock(path);
    if (found === undefined) continue;
    const holder = await liveHolderOf(found);
    if (holder) {
      throw new StartError(
        `${data_dir} is in use by another Rondo (process ${holder.pid}): stop that one, or set RONDO_DATA_DIR to another directory.`,
      );
    }
    await setAside(path, found);
    was_stale = true;
  }
}

/** Removes the stale lock, unless somebody else took it over since it was read: then theirs is put back. */
async function setAside(path: string, stale: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  if ((await readLock(aside)) !== stale) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

const readLock = async (path: string): Promise<string | undefined> =>
  readFile(path, 'utf8').catch(() => undefined);

async function liveHolderOf(content: string): Promise<Holder | undefined> {
  const holder = parseHolder(content);
  if (!holder) return undefined;
  return (await identityOf(holder.pid)) === holder.identity ? holder : undefined;
}

function parseHolder(content: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(content);
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('identity' in value))
      return undefined;
    const { pid, identity } = value;
    return typeof pid === 'number' && typeof identity === 'string' ? { pid, identity } : undefined;
  } catch {
    return undefined;
  }
}
