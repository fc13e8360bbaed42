import type { Log } from '@rondo/shared/observability/log';
import { createPeriodicWorker, type PeriodicWorker } from '@rondo/shared/workers/periodic';
import type { PersonZones } from '../store/people.ts';

/** How soon a replica knows a zone that another one received. */
const everyMs = 10_000;

/**
 * Reads the zones of people's settings, and then those that other replicas received. While they can't be read, the last known
 * ones are used.
 */
export function createZoneRefresh(zones: PersonZones, log: Log): PeriodicWorker {
  return createPeriodicWorker({
    name: 'refresh-zones',
    everyMs,
    processAll: () => (zones.isLoaded ? zones.refresh() : zones.load()),
    log,
  });
}
