import type { Log } from '../observability/log.ts';
import type { Worker } from './worker.ts';

const hourMs = 60 * 60 * 1000;
const retryMs = 60 * 1000;

/**
 * Runs a job at the start and once an hour. A failure is logged, and the job runs again after a minute. Runs never overlap.
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
  /** It should end early if the signal is aborted. */
  processAll: (stopping: AbortSignal) => Promise<void>;
  log: Log;
}): HourlyWorker {
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let retry: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let isRunning = false;

  function runSafely(): void {
    if (isRunning) return;
    clearTimeout(retry);
    isRunning = true;
    running = processAll(stopping.signal)
      .catch((error: unknown) => {
        log.warn({ err: error, worker: name }, 'an hourly job failed; it runs again in a minute');
        if (!stopping.signal.aborted) retry = setTimeout(runSafely, retryMs);
      })
      .finally(() => {
        isRunning = false;
      });
  }

  return {
    processAll: () => processAll(stopping.signal),
    start() {
      timer = setInterval(runSafely, hourMs);
      runSafely();
    },
    async stop() {
      stopping.abort();
      clearInterval(timer);
      await running;
      clearTimeout(retry);
    },
  };
}
