import type { Log } from '../observability/log.ts';
import type { Worker } from '../service.ts';

const hourMs = 60 * 60 * 1000;

/**
 * Something that is done at the start and once an hour. `processAll` does it now: for tests. What fails is told and is done
 * an hour later; a run that takes longer than its hour is not joined by another.
 */
export type HourlyWorker = Worker & { processAll(): Promise<void> };

export function createHourlyWorker({
  name,
  processAll,
  log,
}: {
  /** For the log: what is done. */
  name: string;
  processAll: () => Promise<void>;
  log: Log;
}): HourlyWorker {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let isRunning = false;

  function runSafely(): void {
    if (isRunning) return;
    isRunning = true;
    running = processAll()
      .catch((error: unknown) => log.warn({ err: error, worker: name }, 'it is tried again in an hour'))
      .finally(() => {
        isRunning = false;
      });
  }

  return {
    processAll,
    start() {
      timer = setInterval(runSafely, hourMs);
      runSafely();
    },
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
