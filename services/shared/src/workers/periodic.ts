import type { Log } from '../observability/log.ts';
import type { Worker } from './worker.ts';

const hourMs = 60 * 60 * 1000;
const retryMs = 60 * 1000;

/**
 * Runs a job at the start and periodically, once an hour if nothing else is said. A failure is logged, and the job runs again
 * after a minute at the latest. Runs never overlap.
 * `wake` runs it at once, or again after the run under way. `processAll` runs it at once, for tests.
 */
export type PeriodicWorker = Worker & { processAll(): Promise<void>; wake(): void };

export function createPeriodicWorker({
  name,
  everyMs = hourMs,
  processAll,
  log,
}: {
  /** For the log. */
  name: string;
  /** From the beginning of a run to the next (an hour). */
  everyMs?: number;
  /** It should end early if the signal is aborted. */
  processAll: (stopping: AbortSignal) => Promise<void>;
  log: Log;
}): PeriodicWorker {
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let retry: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let isRunning = false;
  let isWoken = false;

  function runSafely(): void {
    if (isRunning) return;
    clearTimeout(retry);
    isRunning = true;
    running = processAll(stopping.signal)
      .catch((error: unknown) => {
        log.warn(
          { err: error, worker: name },
          'a periodic job failed; it runs again in a minute at the latest',
        );
        if (!stopping.signal.aborted) retry = setTimeout(runSafely, retryMs);
      })
      .finally(() => {
        isRunning = false;
        if (isWoken) wake();
      });
  }

  function wake(): void {
    isWoken = isRunning;
    if (!isRunning && !stopping.signal.aborted) runSafely();
  }

  return {
    wake,
    processAll: () => processAll(stopping.signal),
    start() {
      timer = setInterval(runSafely, everyMs);
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
