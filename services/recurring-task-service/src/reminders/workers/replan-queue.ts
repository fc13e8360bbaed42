import { DueQueue } from '@rondo/shared/workers/due-queue';
import { createWalk } from '@rondo/shared/workers/walk';
import type { RecurringContext } from '../../context.ts';
import { replanReminders } from '../commands/replan-reminders.ts';

/** Plans reminders again for people whose zone changed, a batch of tasks of each person in turn. */
export function createReplanQueue({ database, telemetry: { log }, wake }: RecurringContext): DueQueue {
  const replanNext = createWalk(async (after, onFound) => {
    const found = await replanReminders(database, after, onFound);
    if (found !== undefined) wake();
    return found;
  });
  return new DueQueue({
    name: 'replan',
    batch: 1,
    fire: async () => ((await replanNext()) ? 1 : 0),
    untilNext: () => Promise.resolve(null),
    log,
  });
}
