/** What each key has used lately: the more and the later, the larger. */
export type RecentUse = {
  /** In milliseconds, each of which counts half after each half-life. */
  of(key: string): number;
  add(key: string, ms: number): void;
};

/** Less than this is forgotten. */
const minMs = 10;

export function createRecentUse({
  halfLifeMs,
  now,
}: {
  halfLifeMs: number;
  /** In milliseconds. */
  now: () => number;
}): RecentUse {
  const uses = new Map<string, { ms: number; at: number }>();
  const decayed = ({ ms, at }: { ms: number; at: number }) => ms * 0.5 ** ((now() - at) / halfLifeMs);
  const usedBy = (key: string) => {
    const use = uses.get(key);
    return use ? decayed(use) : 0;
  };
  return {
    of: usedBy,
    add(key, ms) {
      uses.set(key, { ms: usedBy(key) + ms, at: now() });
      for (const [other, use] of uses) if (decayed(use) < minMs) uses.delete(other);
    },
  };
}
