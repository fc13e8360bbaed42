/**
 * How many events of one partition key a publication may have.
 *
 * A sidecar can fail the first events of a publication and deliver the later ones: its producer gives up on each event by
 * itself, and the broker may be back for the next one. So several events of a key go together only while the broker
 * is known to accept events, and never more than `largestWindow`. Whatever was refused goes on carefully:
 *
 *   trusted: largestWindow ──refused, or no answer──▶ 1 ──accepted──▶ 2 ──▶ 4 ──▶ … ──▶ trusted
 *                                                     ▲───────────────refused──────┘
 *
 * Any refusal makes the window of every key 1 until a publication was accepted as a whole, and so do 25 ms without
 * one: a relay that starts, takes over or was idle begins with one event of each key.
 */
export type KeyWindows = {
  /** Milliseconds of the monotonic clock. */
  now(): number;
  /** How many events of a key the next publication may have. */
  windowOf(key: string): number;
  /** Whether the next event of a key goes in a publication without any other event: one with it was too large. */
  isAlone(key: string): boolean;
  /** Records the result of a publication. A window grows only if nothing in the publication was refused. */
  settle(result: PublicationResult): void;
  /** The keys whose pause after a refusal is not over. */
  waiting(): string[];
};

/** `keys` are those of all its events. */
export type PublicationResult = {
  began: number;
  keys: Iterable<string>;
  refused: ReadonlySet<string>;
  /** Those of `refused` that were refused for their size. */
  tooLarge: ReadonlySet<string>;
};

type CarefulKey = { window: number; isAlone: boolean; until: number; backoffMs: number };

const shortestBackoffMs = 100;
const longestBackoffMs = 5_000;
/** How long an accepted publication shows that the broker accepts events. */
const trustMs = 25;
/**
 * The producer of a sidecar fails what waits for a dead broker one event after the other, up to one each 0.1 s: the more events of a key
 * wait there, the longer a broker that returns can tear them apart (ADR 0029).
 */
export const largestWindow = 16;
const forgottenAfterMs = 60_000;

/** @param now milliseconds of a monotonic clock */
export function createKeyWindows(now: () => number): KeyWindows {
  const careful = new Map<string, CarefulKey>();
  /** When the last publication that was accepted as a whole began, and when its answer came. */
  let accepted = { began: -Infinity, at: -Infinity };
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
      const isTrusted = accepted.began > refusedAt && now() - accepted.at <= trustMs;
      return isTrusted ? (careful.get(key)?.window ?? largestWindow) : 1;
    },
    isAlone: (key) => careful.get(key)?.isAlone ?? false,
    settle({ began, keys, refused, tooLarge }) {
      const at = now();
      for (const key of refused) hold(key, tooLarge.has(key), at);
      if (refused.size > 0) {
        refusedAt = at;
        return;
      }
      if (began >= accepted.began) accepted = { began, at };
      for (const key of keys) widen(key);
    },
    waiting() {
      const at = now();
      for (const [key, { until }] of careful) if (until < at - forgottenAfterMs) careful.delete(key);
      return [...careful].filter(([, { until }]) => until > at).map(([key]) => key);
    },
  };
}
