import type { Client } from 'pg';
import { lowestUuid } from '../database/lowest-uuid.ts';
import type { Outbox, OutboxEvent, OutboxQuery } from './outbox.ts';

/**
 * Reads the next events, those of a partition key in commit order. If more wait than are read, the first ones of each partition key
 * come first, up to as many again: a long backlog of some keys, such as a large import, delays no other key. Each time
 * other keys have their turn.
 * @returns `oldest`: the time of the oldest event
 */
export type OutboxTurns = {
  next(client: Client, query: OutboxQuery): Promise<{ events: OutboxEvent[]; oldest: string | null }>;
};

export function createOutboxTurns(outbox: Pick<Outbox, 'read'>): OutboxTurns {
  let after = lowestUuid;
  return {
    async next(client, query) {
      const oldest = await outbox.read(client, query);
      const time = oldest[0]?.time ?? null;
      if (oldest.length < query.limit) return { events: oldest, oldest: time };
      const firsts = await outbox.read(client, { ...query, after });
      const keys = firsts.map(({ partitionKey }) => partitionKey).toSorted();
      after = (firsts.length === query.limit && keys.at(-1)) || lowestUuid;
      const known = new Set(firsts.map(({ id }) => id));
      const events = [
        ...firsts.toSorted((left, right) => left.id - right.id),
        ...oldest.filter(({ id }) => !known.has(id)),
      ];
      return { events, oldest: time };
    },
  };
}
