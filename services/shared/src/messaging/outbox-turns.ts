import type { Client } from 'pg';
import { lowestUuid } from '../database/lowest-uuid.ts';
import type { Outbox, OutboxEvent, OutboxQuery } from './outbox.ts';

/**
 * Reads the next events, those of a partition key in commit order. If more wait than are read, the first ones of each partition key
 * come first, up to as many again: a long backlog of some keys, such as a large import, delays no other key. Each time
 * other keys have their turn.
 * @param query `isByKey`: only the first events of each key are read. A long backlog of keys that are held back would be read each
 *   time otherwise
 * @returns `oldest`: the time of the oldest event
 */
export type OutboxTurns = {
  next(
    client: Client,
    query: OutboxQuery & { isByKey?: boolean },
  ): Promise<{ events: OutboxEvent[]; oldest: string | null }>;
};

export function createOutboxTurns(outbox: Pick<Outbox, 'read'>): OutboxTurns {
  let after = lowestUuid;
  return {
    async next(client, { isByKey = false, ...query }) {
      const oldest = isByKey ? [] : await outbox.read(client, query);
      if (!isByKey && oldest.length < query.limit) return { events: oldest, oldest: oldest[0]?.time ?? null };
      const firsts = await outbox.read(client, { ...query, after });
      const keys = firsts.map(({ partitionKey }) => partitionKey).toSorted();
      after = (firsts.length === query.limit && keys.at(-1)) || lowestUuid;
      const known = new Set(firsts.map(({ id }) => id));
      const inOrder = firsts.toSorted((left, right) => left.id - right.id);
      const events = [...inOrder, ...oldest.filter(({ id }) => !known.has(id))];
      return { events, oldest: (oldest[0] ?? inOrder[0])?.time ?? null };
    },
  };
}
