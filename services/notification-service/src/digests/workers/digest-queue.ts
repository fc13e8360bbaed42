import { readKeysAfter } from '@rondo/shared/database/keys-after';
import { DueQueue } from '@rondo/shared/workers/due-queue';
import type { NotificationContext } from '../../context.ts';
import { untilEarliest } from '../../store/until-earliest.ts';
import { scheduledDigests, sendDigests } from '../commands/send-digests.ts';

/** Sends digests when they are due: each workspace has one. The batch is small, because a digest reads a person's agenda. */
export function createDigestQueue(ctx: NotificationContext): DueQueue {
  return new DueQueue({
    name: 'digests',
    log: ctx.log,
    fire: async (claim) => sendDigests(ctx, claim),
    workspacesAfter: (turn) => readKeysAfter(ctx.database, scheduledDigests, turn),
    isOneEach: true,
    untilNext: async () => untilEarliest(ctx, 'settings', 'next_digest_at'),
    batch: 50,
  });
}
