/** Rondo can't start. The message is one line for the terminal and says what to do. */
export class StartError extends Error {
  override readonly name: string = 'StartError';
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

export const diskFull = (directory: string, cause?: unknown): StartError =>
  new StartError(`The disk that holds ${directory} is full: free some space and start again.`, { cause });

export const notWritable = (directory: string, cause: unknown): StartError =>
  new StartError(
    `${directory} can't be written: give this user write access to it, or set RONDO_DATA_DIR to another directory.`,
    { cause },
  );

/** The messages that report a full disk: of the C library, of PostgreSQL's short writes, and of quotas. */
const fullDiskText = /No space left on device|wrote only \d+ of \d+ bytes|Disk quota exceeded/;

export const saysDiskIsFull = (text: string): boolean => fullDiskText.test(text);

/** Whether an error, or one of its causes, reports a full disk. 53100 is PostgreSQL's SQLSTATE for it. */
function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    ['ENOSPC', 'EDQUOT', '53100'].includes(String(codeOf(error))) ||
    saysDiskIsFull(error.message) ||
    isDiskFull(error.cause)
  );
}

/** Maps a file system error in a directory to a StartError. Returns other errors unchanged. */
export function startErrorOf(error: unknown, directory: string): unknown {
  if (isDiskFull(error)) return diskFull(directory, error);
  switch (codeOf(error)) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return notWritable(directory, error);
    case 'ENOTDIR':
    case 'EEXIST':
      return new StartError(`${directory} is not a directory: set RONDO_DATA_DIR to a directory.`, {
        cause: error,
      });
    default:
      return error;
  }
}
