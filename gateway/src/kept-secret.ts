import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '@rondo/shared/errors';

/**
 * A secret of this installation: made at the first start, and read by its owner alone from then on.
 * @throws AppError `secret-unreadable` with `whenRemoved`, where the file is there and can't be read; `secret-unwritable`
 */
export async function keptSecret<Secret>(
  file: string,
  make: () => Promise<Secret> | Secret,
  whenRemoved: string,
): Promise<Secret> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Secret;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT'))
      throw new AppError(
        'secret-unreadable',
        `${file} can't be read: mend it, or remove it (${whenRemoved}).`,
        { cause: error },
      );
  }
  const secret = await make();
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, JSON.stringify(secret), { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    throw new AppError(
      'secret-unwritable',
      `${file} is not there, and can't be made: put it there, or let ${dirname(file)} be written.`,
      { cause },
    );
  }
  return secret;
}
