import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isOnLocalDisk, lockFile, type KernelLock } from './kernel-lock.ts';
import { identityOf, isSameKernel, isSameScope, ownScope, type ProcessScope } from './process-identity.ts';

/** Where the process that wrote a file runs, and whether it has the kernel's lock of the file. Absent: an earlier version wrote it. */
export type LockMark = { scope?: ProcessScope; isLocked?: boolean };

/** What a lock file says of the process that has it. */
export type Holder = LockMark & { pid: number; identity: string };

/** `kernel`: what the kernel says. `held` means that the holder lives, wherever it runs. `acquired`: it was free. */
export type FoundLock = { content: string; holder: Holder | undefined; kernel: KernelLock };

/** Reads a lock file, and asks the kernel for it for a moment. Undefined if there is none. */
export async function findLock(path: string): Promise<FoundLock | undefined> {
  try {
    await using file = await open(path, 'r');
    const content = await file.readFile('utf8');
    return { content, holder: parseHolder(content), kernel: lockFile(file, { shared: true }) };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Where this process runs, and whether the kernel's locks reach everyone who can use the directory. */
export type Place = { scope: ProcessScope; isLocal: boolean };

export async function placeOf(path: string): Promise<Place> {
  const [scope, isLocal] = await Promise.all([ownScope(), isOnLocalDisk(dirname(path))]);
  return { scope, isLocal };
}

/** Whether a lock that the kernel had free proves that its last holder has ended. */
export function isFreed({ scope, isLocked }: LockMark, kernel: KernelLock, place: Place): boolean {
  const isReached = place.isLocal || (scope !== undefined && isSameKernel(scope, place.scope));
  return kernel === 'acquired' && isLocked === true && isReached;
}

/** Whether process ids of the mark are those of this process. An earlier version's are taken for that. */
export function isVisible({ scope }: LockMark, place: Place): boolean {
  return scope === undefined || isSameScope(scope, place.scope);
}

/** Whether the holder lives. `unknown`: the kernel doesn't tell, and the holder's process can't be seen from here. */
export async function stateOf(
  { holder, kernel }: FoundLock,
  place: Place,
): Promise<'alive' | 'ended' | 'unknown'> {
  if (kernel === 'held') return 'alive';
  if (!holder || isFreed(holder, kernel, place)) return 'ended';
  if (!isVisible(holder, place)) return 'unknown';
  return (await identityOf(holder.pid)) === holder.identity ? 'alive' : 'ended';
}

/** A process for a message: with the machine, or that it is in another container, if its id by itself would mislead. */
export function describeProcess(pid: number, { scope }: LockMark, place: Place): string {
  if (scope === undefined || isSameScope(scope, place.scope)) return `process ${pid}`;
  return isSameKernel(scope, place.scope)
    ? `process ${pid} in another container`
    : `process ${pid} on ${scope.host}`;
}

function parseHolder(content: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(content);
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('identity' in value))
      return undefined;
    const { pid, identity } = value;
    return typeof pid === 'number' && typeof identity === 'string'
      ? { ...parseMark(value), pid, identity }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Reads a mark from a value that anything may have written. */
export function parseMark(value: object): LockMark {
  const { scope, isLocked } = value as { scope?: Partial<ProcessScope>; isLocked?: unknown };
  const { host, kernel, pidNamespace } = scope ?? {};
  const isWhole = [host, kernel, pidNamespace].every((part) => typeof part === 'string');
  return { ...(isWhole ? { scope: scope as ProcessScope } : {}), isLocked: isLocked === true };
}
