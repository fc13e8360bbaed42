import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { identityOf } from './process-identity.ts';
import { notWritable, StartError, startErrorOf } from './start-error.ts';

/** A lock of a data directory. `wasStale`: the previous process ended without releasing it. */
export type InstanceLock = AsyncDisposable & { wasStale: boolean; release(): Promise<void> };

type Holder = { pid: number; identity: string };

type Attempt = { wasStale: boolean } | { heldBy: Holder };

/**
 * Acquires the lock `{dataDir}/{name}`, and creates the directory if it is missing. The host holds `host.lock`; programs
 * that can run without a host have their own locks. The lock of a process that has ended is taken over.
 * @throws StartError if another process, or this one, holds the lock, or if the directory can't be written
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

/** Creates a directory and those above it that are missing. Node's recursive `mkdir` never ends where none can be made, as in /proc. */
async function makeDirectory(directory: string): Promise<void> {
  if (await isDirectory(directory)) return;
  const parent = dirname(directory);
  if (parent !== directory) await makeDirectory(parent);
  try {
    await mkdir(directory, { mode: 0o700 });
  } catch (error) {
    // Another process may have made it in between.
    if (await isDirectory(directory)) return;
    throw error instanceof Error && 'code' in error && error.code === 'ENOENT'
      ? notWritable(directory, error)
      : error;
  }
}

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

/** A start by another user, such as root, would create files that the owner can't use. */
async function checkOwner(dataDir: string): Promise<void> {
  const [owner, user] = [(await stat(dataDir)).uid, process.getuid?.()];
  if (user === undefined || owner === user) return;
  throw new StartError(
    `${dataDir} belongs to another user (id ${owner}, this is id ${user}): start Rondo as that user, or set RONDO_DATA_DIR to another directory.`,
  );
}

/**
 * A process must hold a second lock to replace a stale one. The second lock is named after the content of the stale lock.
 * Each content is unique, so a process can't replace a lock that another process has just acquired. The second lock is
 * acquired by the same rule, in case its holder was killed too.
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

/** Moves a complete file into place: `link` fails if the file exists, `rename` replaces it. */
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
