import type { Worker } from '@rondo/shared/workers/worker';
import type { SyncContext } from '../context.ts';
import { refreshMs } from '../store/connection-counts.ts';

type ReporterContext = {
  state: Pick<SyncContext['state'], 'counts'>;
  sockets: Pick<SyncContext['sockets'], 'countOfPerson' | 'people' | 'onCountChange'>;
  telemetry: Pick<SyncContext['telemetry'], 'log'>;
};

const gatherMs = 250;
const retryMs = 5_000;
const concurrency = 4;
const stopTimeoutMs = 1_000;

/** Reports each person's socket count when it changes, and every 30 s. At the stop it reports zero. */
export function createConnectionReporter({
  state: { counts },
  sockets,
  telemetry: { log },
}: ReporterContext): Worker {
  const due = new Set<string>();
  let refresh: NodeJS.Timeout | undefined;
  let timer: NodeJS.Timeout | undefined;
  let reporting = Promise.resolve();
  let isStopping = false;
  let hasTime = true;

  function reportLater(personId: string): void {
    if (isStopping) return;
    due.add(personId);
    schedule(gatherMs);
  }

  function schedule(ms: number): void {
    timer ??= setTimeout(() => {
      reporting = reportAll().catch((error: unknown) => {
        log.warn({ err: error, people: due.size }, 'connections could not be reported');
        timer = undefined;
        if (!isStopping) schedule(retryMs);
      });
    }, ms);
  }

  async function reportAll(): Promise<void> {
    await Promise.all(Array.from({ length: concurrency }, reportNext));
    timer = undefined;
    if (due.size > 0 && !isStopping) schedule(gatherMs);
  }

  async function reportNext(): Promise<void> {
    for (const personId of due) {
      due.delete(personId);
      try {
        await counts.report(personId, () => (isStopping ? 0 : sockets.countOfPerson(personId)));
      } catch (error) {
        due.add(personId);
        throw error;
      }
    }
  }

  async function reportNone(): Promise<void> {
    await reporting;
    if (!hasTime) return;
    for (const personId of sockets.people()) due.add(personId);
    await Promise.all(Array.from({ length: concurrency }, reportNext));
  }

  sockets.onCountChange(reportLater);

  return {
    start() {
      refresh = setInterval(() => {
        for (const personId of sockets.people()) reportLater(personId);
      }, refreshMs);
    },
    /** Ends within a second even if the state store is down: unreported counts expire. */
    async stop() {
      clearInterval(refresh);
      isStopping = true;
      clearTimeout(timer);
      let timeout: NodeJS.Timeout | undefined;
      const timedOut = new Promise<void>((resolve) => {
        timeout = setTimeout(() => {
          hasTime = false;
          due.clear();
          resolve();
        }, stopTimeoutMs);
      });
      // The current report may be waiting for a state store that does not respond.
      await Promise.race([reportNone(), timedOut]).catch((error: unknown) =>
        log.warn({ err: error }, 'connections could not be reported as closed'),
      );
      clearTimeout(timeout);
    },
  };
}
