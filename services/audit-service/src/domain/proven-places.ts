import type { ChainPlace } from './chain.ts';

/**
 * Remembers up to which checkpoint each chain was verified. It is kept in memory, because a place that is kept in the database
 * could be forged together with the chain. A restart only makes the next verification start from the first record.
 */
export type ProvenPlaces = {
  find(workspaceId: string): ChainPlace | undefined;
  remember(workspaceId: string, place: ChainPlace): void;
};

const maxRemembered = 10_000;

export function createProvenPlaces(): ProvenPlaces {
  const places = new Map<string, ChainPlace>();
  return {
    find: (workspaceId) => places.get(workspaceId),
    remember(workspaceId, place) {
      if (places.size >= maxRemembered && !places.has(workspaceId)) places.clear();
      // A copy, because a small buffer can hold a much larger one in memory.
      places.set(workspaceId, { ...place, hash: Buffer.alloc(place.hash.length, place.hash) });
    },
  };
}
