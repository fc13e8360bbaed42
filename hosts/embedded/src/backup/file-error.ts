import { dirname } from 'node:path';
import { diskFull, StartError } from '@rondo/host-common/start-error';

/** A StartError for what the file system refused at a backup's file; any other error as it is. */
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
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'EISDIR':
      return new StartError(`${file} can't be opened: ${error.code}.`, { cause: error });
    default:
      return error;
  }
}
