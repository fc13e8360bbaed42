const shortestBackoffMs = 100;
const longestBackoffMs = 5_000;

/** The partition keys that wait because an event was refused, each with a doubling, capped pause. */
export type HeldBackKeys = {
  hold(key: string): void;
  release(key: string): void;
  /** The keys whose pause is not over. */
  waiting(): string[];
};

/** @param now milliseconds of a monotonic clock */
export function createHeldBackKeys(now: () => number): HeldBackKeys {
  const held = new Map<string, { until: number; backoffMs: number }>();
  return {
    hold(key) {
      const backoff = Math.min((held.get(key)?.backoffMs ?? shortestBackoffMs / 2) * 2, longestBackoffMs);
      held.set(key, { until: now() + backoff, backoffMs: backoff });
    },
    release: (key) => void held.delete(key),
    waiting() {
      const at = now();
      return [...held].filter(([, { until }]) => until > at).map(([key]) => key);
    },
  };
}
