export type RecentMap<Value> = {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
  /** How many values are remembered. */
  readonly size: number;
};

export type RecentMapOptions = {
  /** A value is remembered for this long after it was set, and at most twice as long. */
  keptMs: number;
  /** After this number of keys, earlier ones are forgotten sooner. */
  maxKeys: number;
  /** A monotonic clock, in milliseconds. */
  now: () => number;
};

/** A map that forgets what was not set lately. It forgets many values at once, so that no timer and no search is needed. */
export function createRecentMap<Value>({ keptMs, maxKeys, now }: RecentMapOptions): RecentMap<Value> {
  let recent = new Map<string, Value>();
  /** Those that were set before `recentSince`, and perhaps not since. */
  let earlier = new Map<string, Value>();
  let recentSince = now();

  function forget(): void {
    const at = now();
    if (at - recentSince < keptMs && recent.size < maxKeys) return;
    // Nobody looked for so long that both are too old.
    earlier = at - recentSince < 2 * keptMs ? recent : new Map();
    recent = new Map();
    recentSince = at;
  }

  return {
    get size() {
      return recent.size + earlier.size;
    },
    get(key) {
      forget();
      return recent.get(key) ?? earlier.get(key);
    },
    set(key, value) {
      forget();
      recent.set(key, value);
    },
  };
}
