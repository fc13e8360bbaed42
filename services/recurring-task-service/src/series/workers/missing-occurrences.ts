import { createPeriodicWorker, type PeriodicWorker } from '@rondo/shared/workers/periodic';
import type { RecurringContext } from '../../context.ts';
import { computeMissingOccurrences } from '../commands/compute-missing-occurrences.ts';

/** Finding out that none is missing costs one look at an empty index. */
const everyMs = 5_000;

/** Computes the next occurrences of series for which there was no time when they changed. */
export function createMissingOccurrences({
  database,
  telemetry: { log },
}: Pick<RecurringContext, 'database' | 'telemetry'>): PeriodicWorker {
  return createPeriodicWorker({
    name: 'missing-occurrences',
    everyMs,
    processAll: (stopping) => computeMissingOccurrences({ database, log }, stopping),
    log,
  });
}
