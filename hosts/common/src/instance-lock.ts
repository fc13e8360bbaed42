import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { defaultBeatMs, hasHeartbeat, startHeartbeat, watchMs } from './heartbeat.ts';
import { lockFile } from './kernel-lock.ts';
import {
  describeProcess,
  findLock,
  placeOf,
  stateOf,
  type FoundLock,
  type Holder,
  type Place,
} from './lock-holder.ts';
import { identityOf } from './process-identity.ts';
import { notWritable, StartError, startErrorOf } from './start-error.ts';

/** A lock of a data directory. `wasStale`: the previous process ended without releasing it. */
export type InstanceLock = AsyncDisposable & { wasStale: boolean; release(): Promise<void> };

export type LockOptions = {
  /** The name of its file. */
  name?: string;
  /** Prints a line in the terminal while it watches another machine's lock. */
  say?: ((line: string) => void) | undefined;
  /** How often the holder shows that it lives, in milliseconds. */
  beatMs?: number;
};

type Taker = { place: Place; holder: Holder; say: (line: string) => void; beatMs: number };

/** A lock file that this process has put in place. */
type Placed = { file: FileHandle; content: string; isLocked: boolean };

type Attempt = (Placed & { wasStale: boolean }) | { heldBy: Holder | undefined };

/**
 * Acquires the lock `{dataDir}/{name}`, and creates the directory if it is missing. The host holds `host.lock`; programs
 * that can run without a host have their own locks. The lock of a process that has ended is taken over.
 *
 * The holder keeps the kernel's lock of the file, which ends with its process and holds in every container. Where that may not
 * reach another machine, as on a network file system, the holder shows that it lives, and a lock is taken over only if it is known
 * that its process has ended, or if it showed nothing for 30 s.
 * @throws StartError if another process, or this one, holds the lock, or if the directory can't be written
 */
export async function lockInstance(
  dataDir: string,
  { name = 'host.lock', say = () => undefined, beatMs = defaultBeatMs }: LockOptions = {},
): Promise<InstanceLock> {
  const path = join(dataDir, name);
  try {
    await makeDirectory(dataDir);
    await checkOwner(dataDir);
    const place = await placeOf(path);
    const { pid } = process;
    const holder: Holder = { pid, identity: (await identityOf(pid)) ?? '', scope: place.scope };
    const attempt = await takeLock(path, { place, holder, say, beatMs });
    if ('heldBy' in attempt) throw inUse(dataDir, attempt.heldBy, place);
    const needsHeartbeat = !(place.isLocal && attempt.isLocked);
    const heartbeat = needsHeartbeat ? startHeartbeat(attempt.file, beatMs) : undefined;
    const release = async () => {
      heartbeat?.[Symbol.dispose]();
      await removeLock(path, attempt);
    };
    return { wasStale: attempt.wasStale, release, [Symbol.asyncDispose]: release };
  } catch (error) {
    throw startErrorOf(error, dataDir);
  }
}

function inUse(dataDir: string, holder: Holder | undefined, place: Place): StartError {
  const who = holder ? ` (${describeProcess(holder.pid, holder, place)})` : '';
  return new StartError(
    `${dataDir} is in use by another Rondo${who}: stop that one, or set RONDO_DATA_DIR to another directory.`,
  );
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
async function takeLock(path: string, taker: Taker): Promise<Attempt> {
  for (;;) {
    const placed = await placeLock(path, taker, link);
    if (placed) return { ...placed, wasStale: false };
    const found = await findLock(path);
    if (found === undefined) continue;
    if (await isAlive(path, found, taker)) return { heldBy: found.holder };
    const claimPath = `${path}.${createHash('sha256').update(found.content).digest('hex').slice(0, 8)}`;
    const claim = await takeLock(claimPath, taker);
    if ('heldBy' in claim) {
      await pause(5);
      continue;
    }
    try {
      if ((await readLock(path)) === found.content) {
        const replaced = await placeLock(path, taker, rename);
        if (replaced) return { ...replaced, wasStale: true };
      }
    } finally {
      await removeLock(claimPath, claim);
    }
  }
}

async function isAlive(path: string, found: FoundLock, { place, say, beatMs }: Taker): Promise<boolean> {
  const state = await stateOf(found, place);
  if (state !== 'unknown') return state === 'alive';
  const { holder } = found;
  const who = holder && describeProcess(holder.pid, holder, place);
  say(`${path} belongs to ${who}. Watching for ${watchMs(beatMs) / 1000} s whether it still runs.`);
  return hasHeartbeat(path, beatMs);
}

/**
 * Moves a complete file into place, whose kernel lock this process has: `link` fails if the file exists, `rename` replaces it.
 * @returns undefined if the file exists
 */
async function placeLock(
  path: string,
  { holder }: Taker,
  place: typeof link | typeof rename,
): Promise<Placed | undefined> {
  const draft = `${path}.${randomUUID()}`;
  await using opened = new AsyncDisposableStack();
  try {
    const file = opened.use(await open(draft, 'wx+', 0o600));
    const isLocked = lockFile(file) === 'acquired';
    const content = JSON.stringify({ ...holder, isLocked, id: randomUUID() });
    await file.writeFile(content);
    await place(draft, path);
    opened.move();
    return { file, content, isLocked };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return undefined;
    throw error;
  } finally {
    await rm(draft, { force: true }).catch(() => undefined);
  }
}

async function removeLock(path: string, { file, content }: Placed): Promise<void> {
  if ((await readLock(path)) === content) await rm(path, { force: true });
  await file.close();
}

const readLock = async (path: string): Promise<string | undefined> =>
  readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
