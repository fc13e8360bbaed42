import type { Kysely } from 'kysely';
import { Histogram } from 'prom-client';
import { readKeysAfter } from '@rondo/shared/database/keys-after';
import { logEffects } from '@rondo/shared/observability/log-effects';
import type { Telemetry } from '@rondo/shared/observability/telemetry';
import { DueQueue } from '@rondo/shared/workers/due-queue';
import type { Tables } from '../../store/tables.ts';
import { fireReminders, pendingReminders } from '../commands/fire-reminders.ts';
import { untilNextReminder } from '../queries/until-next-reminder.ts';

/** Fires reminders when they are due. `onFired` is called after each commit that fired some. */
export function createReminderQueue({
  database,
  telemetry: { log, metrics },
  onFired,
}: {
  database: Kysely<Tables>;
  telemetry: Pick<Telemetry, 'log' | 'metrics'>;
  onFired: () => void;
}): DueQueue {
  const lateness = new Histogram({
    name: 'rondo_reminder_lateness_seconds',
    help: 'How long after their time reminders fired, by the clock of the database',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 10, 60, 600, 3_600],
    registers: [metrics],
  });
  return new DueQueue({
    name: 'reminders',
    async fire(claim) {
      const fired = await fireReminders(database, claim);
      for (const { lateness_ms: ms } of fired) lateness.observe(ms / 1_000);
      logEffects(log, 'reminder fired', fired);
      if (fired.length > 0) onFired();
      return fired.length;
    },
    workspacesAfter: (turn) => readKeysAfter(database, pendingReminders, turn),
    untilNext: () => untilNextReminder(database),
    restMs: 300,
    log,
  });
}
