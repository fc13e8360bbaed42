import { sql, type Kysely } from 'kysely';
import { plannedEachTime } from '@rondo/shared/database/database';
import type { Tables } from '../../store/tables.ts';

/** Milliseconds until the earliest pending reminder, by the clock of the database; null if there is none. */
export async function untilNextReminder(database: Kysely<Tables>): Promise<number | null> {
  const { rows } = await sql<{ ms: number | null }>`${sql.raw(plannedEachTime)}
    SELECT (extract(epoch FROM min(remind_at) - clock_timestamp()) * 1000)::float8 AS ms
    FROM recurring_task_service.reminders WHERE state = 'pending'`.execute(database);
  return rows[0]?.ms ?? null;
}
