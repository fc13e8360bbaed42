import type { Log } from '../observability/log.ts';
import type { Worker } from './worker.ts';

const hourMs = 60 * 60 * 1000;

/**
 * Runs a job at the start and once an hour. A failure is logged, and the next run retries. Runs never overlap.
 * `processAll` runs it at once, for tests.
 */
export type HourlyWorker = Worker & { processAll(): Promise<void> };

export function createHourlyWorker({
  name,
  processAll,
  log,
}: {
  /** For the log. */
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
      .catch((error: unknown) =>
        log.warn({ err: error, worker: name }, 'an hourly job failed; it runs again in an hour'),
      )
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
