/**
 * How many events of one partition key a publication may have.
 *
 * A sidecar can fail the first events of a publication and deliver the later ones: its producer gives up on a batch after a
 * few retries, and the broker may be back for the next batch. So several events of a key go together only while the broker
 * is known to accept events. Whatever was refused goes on carefully:
 *
 *   trusted: any number ──refused, or no answer──▶ 1 ──accepted──▶ 2 ──▶ 4 ──▶ … ──▶ trusted
 *                                                  ▲───────────────refused──────┘
 *
 * A key without a refusal is trusted only after another publication was accepted within the last second. So a relay that
 * starts, takes over or was idle, and all keys after any refusal, begin with one event each.
 */
export type KeyWindows = {
  /** Milliseconds of the monotonic clock. */
  now(): number;
  /** How many events of a key the next publication may have. */
  windowOf(key: string): number;
  /** Whether the next event of a key goes in a publication without any other event: one with it was too large. */
  isAlone(key: string): boolean;
  /** Records the result of a publication that began at `began`, by the keys of its events. */
  settle(result: PublicationResult): void;
  /** The keys whose pause after a refusal is not over. */
  waiting(): string[];
};

export type PublicationResult = {
  began: number;
  accepted: Iterable<string>;
  refused: ReadonlySet<string>;
  /** Those of `refused` that were refused for their size. */
  tooLarge: ReadonlySet<string>;
};

type CarefulKey = { window: number; isAlone: boolean; until: number; backoffMs: number };

const shortestBackoffMs = 100;
const longestBackoffMs = 5_000;
/** How long an accepted publication shows that the broker accepts events. */
const trustMs = 1_000;
/** A window of this size is as good as none: publications have at most 500 events. */
const largestWindow = 512;
const forgottenAfterMs = 60_000;

/** @param now milliseconds of a monotonic clock */
export function createKeyWindows(now: () => number): KeyWindows {
  const careful = new Map<string, CarefulKey>();
  let acceptedSince = -Infinity;
  let refusedAt = -Infinity;

  function hold(key: string, isAlone: boolean, at: number): void {
    const backoffMs = Math.min((careful.get(key)?.backoffMs ?? shortestBackoffMs / 2) * 2, longestBackoffMs);
    careful.set(key, { window: 1, isAlone, until: at + backoffMs, backoffMs });
  }

  function widen(key: string): void {
    const found = careful.get(key);
    if (!found) return;
    if (found.window * 2 >= largestWindow) careful.delete(key);
    else
      careful.set(key, {
        ...found,
        window: found.window * 2,
        isAlone: false,
        backoffMs: shortestBackoffMs / 2,
      });
  }

  return {
    now,
    windowOf(key) {
      const isTrusted = acceptedSince > refusedAt && now() - acceptedSince <= trustMs;
      return careful.get(key)?.window ?? (isTrusted ? Infinity : 1);
    },
    isAlone: (key) => careful.get(key)?.isAlone ?? false,
    settle({ began, accepted, refused, tooLarge }) {
      const at = now();
      if (refused.size > 0) refusedAt = at;
      else acceptedSince = Math.max(acceptedSince, began);
      for (const key of accepted) if (!refused.has(key)) widen(key);
      for (const key of refused) hold(key, tooLarge.has(key), at);
    },
    waiting() {
      const at = now();
      for (const [key, { until }] of careful) if (until < at - forgottenAfterMs) careful.delete(key);
      return [...careful].filter(([, { until }]) => until > at).map(([key]) => key);
    },
  };
}
