/** Counts the records that were added to chains since their last checkpoint, in this replica. */
export type ChainGrowth = {
  add(workspaceId: string, records?: number): void;
  has(workspaceId: string): boolean;
  /** Takes the chains that got at least `limit` records. */
  takeLong(): string[];
  /** Takes every chain that got a record. */
  takeAll(): string[];
};

/** @param limit the number of records after which a chain needs a checkpoint at once */
export function createChainGrowth(limit: number): ChainGrowth {
  const grown = new Map<string, number>();
  const long = new Set<string>();
  return {
    add(workspaceId, records = 1) {
      const total = (grown.get(workspaceId) ?? 0) + records;
      grown.set(workspaceId, total);
      if (total >= limit) long.add(workspaceId);
    },
    has: (workspaceId) => grown.has(workspaceId),
    takeLong() {
      const taken = [...long];
      for (const workspaceId of taken) grown.delete(workspaceId);
      long.clear();
      return taken;
    },
    takeAll() {
      const taken = [...grown.keys()];
      grown.clear();
      long.clear();
      return taken;
    },
  };
}
