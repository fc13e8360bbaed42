import { setTimeout as pause } from 'node:timers/promises';
import { Gauge } from 'prom-client';
import type { Clock } from '../clock.ts';
import type { Log } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';
import { createPeriodicWorker, type PeriodicWorker } from './periodic.ts';

/** How long the rows of a table are kept. */
export type Retention = {
  /** For metrics and logs. */
  table: string;
  keptMs: number;
  /**
   * Deletes expired rows, at most `limit` of them, in a transaction of its own.
   * @param before RFC 3339: older rows have expired
   * @returns how many rows; 0 if none is left
   */
  deleteBatch: (before: string, limit: number) => Promise<number>;
  /** When the oldest row began to count, RFC 3339; null if there is none. */
  oldest: () => Promise<string | null>;
};

/** The most rows of a transaction. */
const batchSize = 1_000;
/** After a batch it pauses for as long as the batch took, and no longer than this. */
const longestPauseMs = 100;

/**
 * Deletes expired rows at the start and once an hour, batch by batch until none is left. Each batch commits, so a run that
 * is cut off continues where it was. A table that fails does not keep the others from being processed.
 */
export function createRetentionWorker(
  retentions: Retention[],
  { clock, log, metrics }: { clock: Clock; log: Log; metrics: Metrics },
): PeriodicWorker {
  const lag = lagGauge(metrics);

  async function processTable(retention: Retention, stopping: AbortSignal): Promise<void> {
    const { table, keptMs, deleteBatch } = retention;
    const before = new Date(clock.now().getTime() - keptMs).toISOString();
    for (let deleted = Infinity; deleted > 0 && !stopping.aborted;) {
      const began = performance.now();
      deleted = await deleteBatch(before, batchSize);
      lag.set({ table }, await lagOf(retention));
      if (deleted < batchSize) continue;
      const took = performance.now() - began;
      await pause(Math.min(took, longestPauseMs), undefined, { signal: stopping }).catch(() => undefined);
    }
  }

  async function lagOf({ oldest, keptMs }: Retention): Promise<number> {
    const at = await oldest();
    return at === null ? 0 : Math.max(0, (clock.now().getTime() - keptMs - Date.parse(at)) / 1000);
  }

  async function processAll(stopping: AbortSignal): Promise<void> {
    const failures: unknown[] = [];
    for (const retention of retentions) {
      try {
        lag.set({ table: retention.table }, await lagOf(retention));
        await processTable(retention, stopping);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join('; '));
  }

  return createPeriodicWorker({ name: 'retention', processAll, log });
}

function lagGauge(metrics: Metrics): Gauge<'table'> {
  return new Gauge({
    name: 'rondo_retention_lag_seconds',
    help: 'For how long the oldest row of a table should have been deleted, as the last batch left it',
    labelNames: ['table'] as const,
    registers: [metrics],
  });
}
