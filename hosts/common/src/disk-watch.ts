import type { Log } from '@rondo/shared/observability/log';
import { isFull } from './start-error.ts';

export type DiskWatch = Disposable & {
  /** Looks from now on. Before, a full disk makes the start fail, which says so itself. */
  start(): void;
  /** What a person should know about the disk; undefined while there is space. */
  problem(): string | undefined;
};

const lookEveryMs = 2_000;

/** Looks at the disk of a directory, and says in terminal and log when it becomes full and when it has space again. */
export function watchDisk(
  directory: string,
  { say, log }: { say: (line: string) => void; log: Log },
): DiskWatch {
  let problem: string | undefined;

  async function look(): Promise<void> {
    const wasFull = problem !== undefined;
    // A disk that can't be asked is not known to be full; PostgreSQL reports what is wrong with it.
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
