import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { identityOf } from './process-identity.ts';
import { notWritable, StartError, startErrorOf } from './start-error.ts';

/** Holds a data directory for this process. `wasStale`: the one before it ended without giving the lock back. */
export type InstanceLock = AsyncDisposable & { wasStale: boolean; release(): Promise<void> };

type Holder = { pid: number; identity: string };

type Attempt = { wasStale: boolean } | { heldBy: Holder };

/**
 * Takes the lock `{dataDir}/{name}`, making the directory where it is missing. The host holds `host.lock`; what may
 * be started on a directory without a host has a lock of its own. That of a process that ended is taken over.
 * @throws StartError when another process, or this one, holds the directory, or it can't be written
 */
export async function lockInstance(dataDir: string, name = 'host.lock'): Promise<InstanceLock> {
  const path = join(dataDir, name);
  const holder: Holder = { pid: process.pid, identity: (await identityOf(process.pid)) ?? '' };
  const content = JSON.stringify({ ...holder, id: randomUUID() });
  try {
    await makeDirectory(dataDir);
    await checkOwner(dataDir);
    const attempt = await takeLock(path, content);
    if ('heldBy' in attempt) {
      throw new StartError(
        `${dataDir} is in use by another Rondo (process ${attempt.heldBy.pid}): stop that one, or set RONDO_DATA_DIR to another directory.`,
      );
    }
    const release = async () => {
      if ((await readLock(path)) === content) await rm(path, { force: true });
    };
    return { wasStale: attempt.wasStale, release, [Symbol.asyncDispose]: release };
  } catch (error) {
    throw startErrorOf(error, dataDir);
  }
}

async function makeDirectory(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    // This is how a recursive `mkdir` of Node reports a read-only file system.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw notWritable(dataDir, error);
    throw error;
  }
}

/** A start by another user, like root, would create files that the owner can't use any more. */
async function checkOwner(dataDir: string): Promise<void> {
  const [owner, user] = [(await stat(dataDir)).uid, process.getuid?.()];
  if (user === undefined || owner === user) return;
  throw new StartError(
    `${dataDir} belongs to another user (id ${owner}, this is id ${user}): start Rondo as that user, or set RONDO_DATA_DIR to another directory.`,
  );
}

/**
 * A stale lock is replaced only by who holds a second lock, named after the stale one's content: no two contents are
 * the same, so what that one process found stale can't become another's fresh lock before it is replaced. The second
 * lock is taken by the same rule, in case its holder was killed as well.
 */
async function takeLock(path: string, content: string): Promise<Attempt> {
  for (;;) {
    if (await placeLock(path, content, link)) return { wasStale: false };
    const found = await readLock(path);
    if (found === undefined) continue;
    const heldBy = await liveHolderOf(found);
    if (heldBy) return { heldBy };
    const claim = `${path}.${createHash('sha256').update(found).digest('hex').slice(0, 8)}`;
    if ('heldBy' in (await takeLock(claim, content))) {
      await pause(5);
      continue;
    }
    try {
      if ((await readLock(path)) === found) {
        await placeLock(path, content, rename);
        return { wasStale: true };
      }
    } finally {
      await rm(claim, { force: true });
    }
  }
}

/** Puts a complete file in place: by `link` only where there is none, by `rename` over the one that is there. */
async function placeLock(
  path: string,
  content: string,
  place: typeof link | typeof rename,
): Promise<boolean> {
  const draft = `${path}.${randomUUID()}`;
  try {
    await writeFile(draft, content, { mode: 0o600 });
    await place(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true }).catch(() => undefined);
  }
}

const readLock = async (path: string): Promise<string | undefined> =>
  readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });

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
