import { sql } from 'kysely';
import { plannedEachTime } from '@rondo/shared/database/database';
import type { NotificationContext } from '../context.ts';

/** Milliseconds until the earliest time in a column, negative if it is past; null if no row has one. */
export async function untilEarliest(
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
