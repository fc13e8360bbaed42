import { watchFreeSpace, type FreeSpace } from '@rondo/shared/database/free-space';
import type { Log } from '@rondo/shared/observability/log';

export type DiskWatch = Disposable & {
  /** Starts the checks. A full disk during the start makes the start fail with its own message. */
  start(): void;
  /** A message for people if the disk is almost full; otherwise undefined. */
  problem(): string | undefined;
};

/** Watches the disk of a directory. Reports in the terminal and the log when it is almost full, and when it has space again. */
export function watchDisk(
  directory: string,
  { say, log }: { say: (line: string) => void; log: Log },
): DiskWatch {
  const almostFull = `The disk that holds ${directory} is almost full: changes are refused until there is space.`;
  let space: FreeSpace | undefined;

  function report(isLow: boolean): void {
    const line = isLow ? almostFull : `The disk that holds ${directory} has space again.`;
    say(line);
    log.warn({ directory }, line);
  }

  return {
    start: () => void (space ??= watchFreeSpace(directory, report)),
    problem: () => (space?.isLow() ? almostFull : undefined),
    [Symbol.dispose]: () => space?.[Symbol.dispose](),
  };
}
