/** Why Rondo could not start. The message is one line for the person at the terminal and says what to do. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

export const diskFull = (directory: string, cause?: unknown): StartError =>
  new StartError(`The disk that holds ${directory} is full: free some space and start again.`, { cause });

/** A StartError for what the file system refused in a directory; any other error as it is. */
export function startErrorOf(error: unknown, directory: string): unknown {
  switch (codeOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull(directory, error);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new StartError(
        `${directory} can't be written: give this user the right to it, or set RONDO_DATA_DIR to another directory.`,
        { cause: error },
      );
    case 'ENOTDIR':
    case 'EEXIST':
      return new StartError(`${directory} is not a directory: set RONDO_DATA_DIR to another one.`, {
        cause: error,
      });
    default:
      return error;
  }
}
