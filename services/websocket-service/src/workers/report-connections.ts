import type { Log } from '@rondo/shared/observability/log';
import type { Worker } from '@rondo/shared/service';
import { refreshMs, type ConnectionCounts } from '../store/connection-counts.ts';
import type { Sockets } from '../transports/sockets.ts';

export type ConnectionReporter = Worker & {
  /** A person has one socket more or less here; it is reported soon, together with what else changes until then. */
  changed(personId: string): void;
};

const gatherMs = 250;
const retryMs = 5_000;
const atOnce = 4;
const farewellMs = 1_000;

/** Reports each person's sockets when they change, and again every 30 s; at the stop, that there are none any more. */
export function createConnectionReporter({
  counts,
  sockets,
  log,
}: {
  counts: ConnectionCounts;
  sockets: Pick<Sockets, 'countOfPerson' | 'people'>;
  log: Log;
}): ConnectionReporter {
  const due = new Set<string>();
  let refresh: NodeJS.Timeout | undefined;
  let timer: NodeJS.Timeout | undefined;
  let reporting = Promise.resolve();
  let isStopping = false;
  let isPatient = true;

  function changed(personId: string): void {
    if (isStopping) return;
    due.add(personId);
    soon(gatherMs);
  }

  function soon(ms: number): void {
    timer ??= setTimeout(() => {
      reporting = reportAll().catch((error: unknown) => {
        log.warn({ err: error, people: due.size }, 'connections could not be reported');
        timer = undefined;
        if (!isStopping) soon(retryMs);
      });
    }, ms);
  }

  async function reportAll(): Promise<void> {
    await Promise.all(Array.from({ length: atOnce }, reportNext));
    timer = undefined;
    if (due.size > 0 && !isStopping) soon(gatherMs);
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

  async function takeBack(): Promise<void> {
    await reporting;
    if (!isPatient) return;
    for (const personId of sockets.people()) due.add(personId);
    await Promise.all(Array.from({ length: atOnce }, reportNext));
  }

  return {
    changed,
    start() {
      refresh = setInterval(() => {
        for (const personId of sockets.people()) changed(personId);
      }, refreshMs);
    },
    /** Ends within a second, whatever the state store does: what is not taken back goes stale by itself. */
    async stop() {
      clearInterval(refresh);
      isStopping = true;
      clearTimeout(timer);
      let farewell: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => {
        farewell = setTimeout(() => {
          isPatient = false;
          due.clear();
          resolve();
        }, farewellMs);
      });
      // What is under way counts as well: it may wait for a state store that does not answer.
      await Promise.race([takeBack(), patience]).catch((error: unknown) =>
        log.warn({ err: error }, 'connections could not be taken back'),
      );
      clearTimeout(farewell);
    },
  };
}
