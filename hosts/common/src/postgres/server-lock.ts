import { open, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { lockFile, type KernelLock } from '../kernel-lock.ts';
import { describeProcess, isFreed, isVisible, parseMark, placeOf, type LockMark } from '../lock-holder.ts';
import { StartError } from '../start-error.ts';
import { stopOrphan } from './stop-orphan.ts';

/** The lock of a cluster, for its server: all processes of the server inherit the open file, and keep it until the last one ends. */
export type ServerLock = AsyncDisposable & {
  file: FileHandle;
  /** There was a `postmaster.pid`, which means that the last run did not stop cleanly. */
  leftBehind: boolean;
};

/**
 * Locks a cluster for a new server: stops the server that a killed host left running here, and removes its `postmaster.pid` once
 * all its processes are known to have ended. PostgreSQL itself takes a server that it can't see, as one in another container, for
 * ended. The caller holds the data directory's lock.
 * @throws StartError if the last server runs, or may run, where it can't be seen, or can't be stopped
 */
export async function lockServer(directory: string): Promise<ServerLock> {
  const orphan = await stopOrphan(directory);
  await using opened = new AsyncDisposableStack();
  const path = join(dirname(directory), 'server.lock');
  const file = opened.use(await open(path, 'a+', 0o600));
  const [place, last] = await Promise.all([placeOf(path), readMark(file)]);
  const kernel = await acquire(file);
  const who = orphan ? `PostgreSQL (${describeProcess(orphan.pid, last, place)})` : 'PostgreSQL';
  if (kernel === 'held') throw stillRuns(directory, who);
  if (orphan) {
    if (!isFreed(last, kernel, place) && !isVisible(last, place)) throw mayRun(orphan.pidFile, who);
    await rm(orphan.pidFile, { force: true });
  }
  await file.truncate();
  await file.writeFile(JSON.stringify({ scope: place.scope, isLocked: kernel === 'acquired' }));
  await file.datasync();
  opened.move();
  return { file, leftBehind: orphan !== undefined, [Symbol.asyncDispose]: () => file.close() };
}

async function readMark(file: FileHandle): Promise<LockMark> {
  try {
    return parseMark(JSON.parse(await file.readFile('utf8')) as object);
  } catch {
    // It is new, or the machine stopped while it was written.
    return {};
  }
}

const endingMs = 10_000;

/** Waits for the last processes of a server whose host was killed a moment ago. */
async function acquire(file: FileHandle): Promise<KernelLock> {
  const end = performance.now() + endingMs;
  for (;;) {
    const kernel = lockFile(file);
    if (kernel !== 'held' || performance.now() > end) return kernel;
    await pause(20);
  }
}

const stillRuns = (directory: string, who: string) =>
  new StartError(
    `${who} still uses ${directory}: stop it there, or set RONDO_DATA_DIR to another directory.`,
  );

const mayRun = (pidFile: string, who: string) =>
  new StartError(
    `${who} may still run on this data: make sure that it has ended there, then remove ${pidFile} and start again.`,
  );
