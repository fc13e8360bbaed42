import { sql, type Kysely } from 'kysely';
import { plannedEachTime } from '@rondo/shared/database/database';
import { dayMs } from '@rondo/shared/workers/expiring-table';
import type { Retention } from '@rondo/shared/workers/retention';
import { isUnreadInInbox } from '../../store/settled-entries.ts';
import type { Tables } from '../../store/tables.ts';

const maxKept = 10_000;
/** As many as an inbox has at most when it is checked each hour; more, from before there was a quota, are removed in steps. */
const maxRead = 25_000;
/** Longer than a delivery waits for quiet hours and is retried. */
const keptMs = 2 * dayMs;

/**
 * The retention of inboxes with more than 10,000 notifications: what is read or dismissed goes first, then what is unread, then what is
 * snoozed, and each time the oldest. The ids stay for as long as a broker may deliver their events again.
 */
export function trimmedInboxes(database: Kysely<Tables>): Retention {
  return {
    table: 'inboxes',
    keptMs,
    async deleteBatch(before, limit) {
      for (;;) {
        const { inboxes, deleted } = await trimOne(database, before, limit);
        if (deleted > 0 || inboxes === 0) return deleted;
      }
    },
    oldest: () => Promise.resolve(null),
  };
}

/** Removes at most `limit` notifications of one inbox. @returns how many; `inboxes` is 0 if none is left to check */
async function trimOne(
  database: Kysely<Tables>,
  before: string,
  limit: number,
): Promise<{ inboxes: number; deleted: number }> {
  const { rows } = await sql<{ inboxes: number; deleted: number }>`${sql.raw(plannedEachTime)}
    WITH chosen AS MATERIALIZED (
      SELECT workspace_id FROM notification_service.inboxes WHERE unchecked >= 500
      ORDER BY workspace_id LIMIT 1 FOR UPDATE SKIP LOCKED
    ), oldest AS MATERIALIZED (
      SELECT entry.* FROM chosen CROSS JOIN LATERAL (
        SELECT * FROM notification_service.notifications WHERE workspace_id = chosen.workspace_id
        ORDER BY created_at, id LIMIT ${maxRead}
      ) entry
    ), surplus AS MATERIALIZED (
      SELECT id FROM oldest WHERE appeared_at < ${before}::timestamptz
      ORDER BY snoozed_until IS NOT NULL, ${sql.raw(isUnreadInInbox('oldest'))}, created_at, id
      LIMIT least(${limit}, greatest((SELECT count(*) FROM oldest) - ${maxKept}, 0))
    ), deleted AS (
      DELETE FROM notification_service.notifications WHERE id = ANY (ARRAY (SELECT id FROM surplus)) RETURNING id
    ), known AS (
      INSERT INTO notification_service.inbox (event_id) SELECT id FROM deleted ON CONFLICT (event_id) DO NOTHING
    ), checked AS (
      UPDATE notification_service.inboxes SET unchecked = 0
      WHERE workspace_id = (SELECT workspace_id FROM chosen) AND (SELECT count(*) FROM surplus) < ${limit}
    )
    SELECT (SELECT count(*) FROM chosen) AS inboxes, (SELECT count(*) FROM deleted) AS deleted`.execute(
    database,
  );
  return rows[0] ?? { inboxes: 0, deleted: 0 };
}
