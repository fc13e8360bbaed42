import { dirname } from 'node:path';
import { diskFull, StartError } from '@rondo/host-common/start-error';

/** Maps a file system error on a backup file to a StartError. Returns other errors unchanged. */
export function fileError(error: unknown, file: string): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  switch (error.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull(dirname(file), error);
    case 'ENOENT':
      return new StartError(
        `There is no ${'path' in error && typeof error.path === 'string' ? error.path : file}.`,
        { cause: error },
      );
    case 'EEXIST':
      return new StartError(`${file} already exists: choose another file.`, { cause: error });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'EISDIR':
      return new StartError(`${file} can't be opened: ${error.code}.`, { cause: error });
    default:
      return error;
  }
}
