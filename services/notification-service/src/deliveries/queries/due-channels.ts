import { sql } from 'kysely';
import { plannedEachTime } from '@rondo/shared/database/database';
import { readKeysAfter } from '@rondo/shared/database/keys-after';
import { lowestUuid } from '@rondo/shared/database/lowest-uuid';
import type { NotificationContext } from '../../context.ts';

/** How many of the deliveries that have been due the longest are read in search of different channels. */
const maxDeliveries = 200;
/** How many channels with waiting deliveries have a turn beside those. */
const maxInTurn = 200;

const waitingDeliveries = {
  table: 'notification_service.deliveries',
  key: 'channel_id',
  where: `status = 'waiting'`,
};

/** Finds channels that may have due deliveries, and none of the given busy ones. */
export type DueChannels = (busyChannels: string[]) => Promise<string[]>;

/**
 * Finds the channels of the deliveries that have been due the longest. If these are too many to be read, other channels with waiting
 * deliveries take turns beside them, so that a backlog of some channels delays no other.
 */
export function createDueChannels({
  database,
  clock,
}: Pick<NotificationContext, 'database' | 'clock'>): DueChannels {
  let after = lowestUuid;
  return async (busyChannels) => {
    const { rows } = await sql<{ channels: string[]; deliveries: number }>`${sql.raw(plannedEachTime)}
      SELECT coalesce(array_agg(DISTINCT channel_id), '{}') AS channels, count(*) AS deliveries FROM (
        SELECT channel_id FROM notification_service.deliveries
        WHERE status = 'waiting' AND next_attempt_at <= ${clock.now().toISOString()}::timestamptz
          AND channel_id <> ALL (${busyChannels}::uuid[])
        ORDER BY next_attempt_at LIMIT ${maxDeliveries}
      ) due`.execute(database);
    const { channels, deliveries } = rows[0] ?? { channels: [], deliveries: 0 };
    if (deliveries < maxDeliveries) return channels;
    const turn = { after, limit: maxInTurn, except: busyChannels };
    const others = await readKeysAfter(database, waitingDeliveries, turn);
    after = (others.length === maxInTurn && others.at(-1)) || lowestUuid;
    return [...new Set([...channels, ...others])];
  };
}
