import { DueQueue } from '@rondo/shared/workers/due-queue';
import type { RecurringContext } from '../../context.ts';
import { replanReminders } from '../commands/replan-reminders.ts';

/** Plans reminders again for people whose zone changed, a batch of tasks at a time. */
export function createReplanQueue({ database, telemetry: { log }, wake }: RecurringContext): DueQueue {
  return new DueQueue({
    name: 'replan',
    batch: 1,
    async fire() {
      const hasPlanned = await replanReminders(database);
      if (hasPlanned) wake();
      return hasPlanned ? 1 : 0;
    },
    untilNext: () => Promise.resolve(null),
    log,
  });
}
