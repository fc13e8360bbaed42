const part = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/g;
const duration = new RegExp(`^[+-]?(?:${part.source})+$`);
const unitMs: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/**
 * Reads the time to live of an event: `ttlInSeconds` or `ttl`, in seconds or as a duration of Go, like Dapr.
 * @returns milliseconds; undefined if it is missing or invalid
 */
export function timeToLive({ ttlInSeconds, ttl }: Record<string, string>): number | undefined {
  const given = ttl || ttlInSeconds;
  if (!given) return undefined;
  if (duration.test(given)) {
    if (given.startsWith('-')) return 0;
    return [...given.matchAll(part)].reduce(
      (sum, [, amount, unit]) => sum + Number(amount) * (unitMs[unit ?? ''] ?? 0),
      0,
    );
  }
  return /^\+?\d+$/.test(given) && Number(given) > 0 ? Number(given) * 1000 : undefined;
}

/** Writes an instant in RFC 3339 like Go: without fractions of a second. */
export function inSeconds(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19)}Z`;
}

/** Whether an envelope has expired. An invalid expiration is ignored. */
export function hasExpired(envelope: string, now: number): boolean {
  if (!envelope.includes('"expiration"')) return false;
  const { expiration } = JSON.parse(envelope) as { expiration?: unknown };
  return typeof expiration === 'string' && Date.parse(expiration) < now;
}
