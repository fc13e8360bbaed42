import { readKeysAfter } from '@rondo/shared/database/keys-after';
import { DueQueue } from '@rondo/shared/workers/due-queue';
import type { NotificationContext } from '../../context.ts';
import { untilEarliest } from '../../store/until-earliest.ts';
import { returnSnoozed, snoozedNotifications } from '../commands/return-snoozed.ts';

/** Returns snoozed notifications to the inbox when their snooze ends. */
export function createSnoozeQueue(ctx: NotificationContext): DueQueue {
  return new DueQueue({
    name: 'snoozed notifications',
    log: ctx.log,
    fire: async (claim) => returnSnoozed(ctx, claim),
    workspacesAfter: (turn) => readKeysAfter(ctx.database, snoozedNotifications, turn),
    untilNext: async () => untilEarliest(ctx, 'notifications', 'snoozed_until'),
  });
}
