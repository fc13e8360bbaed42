const maxKept = 1_000;

/** Remembers for a short time why a name has no address, so that the next deliveries to it end at once. */
export type KeptFailures = {
  keep(host: string, code: string): void;
  /** The code of a failure that is remembered. */
  codeOf(host: string): string | undefined;
};

export function createKeptFailures(keptMs: number): KeptFailures {
  /** In the order in which they end. */
  const failures = new Map<string, { code: string; endsMs: number }>();

  return {
    keep(host, code) {
      failures.delete(host);
      failures.set(host, { code, endsMs: performance.now() + keptMs });
      for (const [oldest, { endsMs }] of failures) {
        if (failures.size <= maxKept && endsMs > performance.now()) break;
        failures.delete(oldest);
      }
    },
    codeOf(host) {
      const failure = failures.get(host);
      return failure && failure.endsMs > performance.now() ? failure.code : undefined;
    },
  };
}
