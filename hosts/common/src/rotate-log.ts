import { copyFile, rename, rm, truncate } from 'node:fs/promises';
import { renameSync, rmSync, statSync } from 'node:fs';

/** A log file of this size is rotated. */
export const rotateAtBytes = 16 * 1024 * 1024;
/** Besides the current file: `name.1` is the newest of them. */
const olderFiles = 3;

/** The size of a file in bytes; 0 if there is none. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/**
 * Renames a log file to `….1`, and the older ones to `….2` and `….3`. The oldest is removed. Its writer has to open it
 * again before it writes more.
 */
export function rotateByName(path: string): void {
  rmSync(`${path}.${olderFiles}`, { force: true });
  for (const [from, to] of moves(path)) renameSync(from, to);
}

/**
 * Does the same with a file that another program has open for appending: copies and empties it. Lines that the program
 * writes between these two steps are lost.
 */
export async function rotateByCopy(path: string): Promise<void> {
  await rm(`${path}.${olderFiles}`, { force: true });
  for (const [from, to] of moves(path)) await (from === path ? copyFile(from, to) : rename(from, to));
  await truncate(path);
}

/** The existing files and their next names, the oldest first. */
function moves(path: string): [from: string, to: string][] {
  return Array.from({ length: olderFiles }, (_, index) => olderFiles - 1 - index)
    .map((number): [string, string] => [number === 0 ? path : `${path}.${number}`, `${path}.${number + 1}`])
    .filter(([from]) => statSync(from, { throwIfNoEntry: false }));
}
