import { createHourlyWorker, type HourlyWorker } from '@rondo/shared/workers/hourly';
import type { RecurringContext } from '../../context.ts';
import { computeMissingOccurrences } from '../commands/compute-missing-occurrences.ts';

/** Computes what series lack that were stored before their next occurrences were. */
export function createMissingOccurrences({
  database,
  telemetry: { log },
}: Pick<RecurringContext, 'database' | 'telemetry'>): HourlyWorker {
  return createHourlyWorker({
    name: 'missing-occurrences',
    processAll: () => computeMissingOccurrences(database),
    log,
  });
}
