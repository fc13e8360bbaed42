import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '@rondo/shared/errors';

/**
 * Reads a secret of this installation, and creates it if it is missing. Only the owner of the process can read its file.
 * @param whenRemoved the consequence of removing the file, for the error message
 * @throws AppError `secret-unreadable` if the file exists but can't be read; `secret-unwritable` if it can't be created
 */
export async function keptSecret<Secret>(
  file: string,
  make: () => Promise<Secret> | Secret,
  whenRemoved: string,
): Promise<Secret> {
  const kept = await readSecret<Secret>(file, whenRemoved);
  if (kept !== undefined) return kept;
  const secret = await make();
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, JSON.stringify(secret), { mode: 0o600, flag: 'wx', flush: true });
  } catch (cause) {
    throw new AppError(
      'secret-unwritable',
      `${file} is missing and can't be created: restore it from a backup, or make ${dirname(file)} writable.`,
      { cause },
    );
  }
  return secret;
}

/** Reads a secret; undefined if there is no file. @throws AppError `secret-unreadable` */
export async function readSecret<Secret>(file: string, whenRemoved: string): Promise<Secret | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Secret;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw new AppError(
      'secret-unreadable',
      `${file} can't be read: repair it, or remove it (${whenRemoved}).`,
      { cause },
    );
  }
}
