import { sql } from 'kysely';
import { plannedEachTime } from '@rondo/shared/database/database';
import { DueQueue } from '@rondo/shared/workers/due-queue';
import { returnSnoozed } from '../commands/return-snoozed.ts';
import { sendDigests } from '../../digests/commands/send-digests.ts';
import type { NotificationContext } from '../../context.ts';

/** Brings snoozed entries back at their time. */
export function createSnoozeQueue(ctx: NotificationContext): DueQueue {
  return new DueQueue({
    name: 'snoozed notifications',
    log: ctx.log,
    fire: async (limit) => returnSnoozed(ctx, limit),
    untilNext: async () => untilEarliest(ctx, 'notifications', 'snoozed_until'),
  });
}

/** Makes the digests at their time. Each reads its person's agenda: a transaction makes few of them. */
export function createDigestQueue(ctx: NotificationContext): DueQueue {
  return new DueQueue({
    name: 'digests',
    log: ctx.log,
    fire: async (limit) => sendDigests(ctx, limit),
    untilNext: async () => untilEarliest(ctx, 'settings', 'next_digest_at'),
    batch: 50,
  });
}

async function untilEarliest(
  { database, clock }: NotificationContext,
  table: string,
  column: string,
): Promise<number | null> {
  const { rows } = await sql<{ next: string | null }>`${sql.raw(plannedEachTime)}
    SELECT min(${sql.id(column)}) AS next FROM ${sql.id('notification_service', table)}
    WHERE ${sql.id(column)} IS NOT NULL`.execute(database);
  const next = rows[0]?.next;
  return next ? Date.parse(next) - clock.now().getTime() : null;
}
