import { createRecentMap } from './recent-map.ts';

/** What each key has used lately: the more and the later, the larger. */
export type RecentUse = {
  /** In milliseconds, each of which counts half after each half-life. */
  of(key: string): number;
  add(key: string, ms: number): void;
};

/** After as many half-lives, less than 1 % counts. */
const keptHalfLives = 7;
const maxKeys = 50_000;

export function createRecentUse({
  halfLifeMs,
  now,
}: {
  halfLifeMs: number;
  /** A monotonic clock, in milliseconds. */
  now: () => number;
}): RecentUse {
  const uses = createRecentMap<{ ms: number; at: number }>({
    keptMs: keptHalfLives * halfLifeMs,
    maxKeys,
    now,
  });
  const usedBy = (key: string) => {
    const use = uses.get(key);
    return use ? use.ms * 0.5 ** ((now() - use.at) / halfLifeMs) : 0;
  };
  return {
    of: usedBy,
    add: (key, ms) => uses.set(key, { ms: usedBy(key) + ms, at: now() }),
  };
}
