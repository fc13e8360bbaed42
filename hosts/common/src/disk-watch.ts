import type { Log } from '@rondo/shared/observability/log';
import { isFull } from './start-error.ts';

export type DiskWatch = Disposable & {
  /** Starts the checks. A full disk during the start makes the start fail with its own message. */
  start(): void;
  /** A message for people if the disk is full; otherwise undefined. */
  problem(): string | undefined;
};

const lookEveryMs = 2_000;

/** Watches the disk of a directory. Reports in the terminal and the log when it is full, and when it has space again. */
export function watchDisk(
  directory: string,
  { say, log }: { say: (line: string) => void; log: Log },
): DiskWatch {
  let problem: string | undefined;

  async function look(): Promise<void> {
    const wasFull = problem !== undefined;
    // If the disk can't be checked, PostgreSQL reports what is wrong with it.
    const full = await isFull(directory).catch(() => false);
    if (full === wasFull) return;
    problem = full
      ? `The disk that holds ${directory} is full: changes fail until there is space.`
      : undefined;
    const line = problem ?? `The disk that holds ${directory} has space again.`;
    say(line);
    log.warn({ directory }, line);
  }

  let timer: NodeJS.Timeout | undefined;
  return {
    start: () => void (timer ??= setInterval(() => void look(), lookEveryMs)),
    problem: () => problem,
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
