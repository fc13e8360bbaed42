/** One wish arrives several times: by the process group or the service manager, and from each parent that passes it on. */
const sameWishMs = 500;

/**
 * Resolves at the first SIGINT, SIGTERM or SIGHUP; one that comes later, and not with it, ends the process at once.
 * @param now milliseconds on a clock that only goes forward
 */
export function untilSignal(now = () => performance.now()): Promise<void> {
  return new Promise((resolve) => {
    let first: number | undefined;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        const at = now();
        first ??= at;
        if (at - first > sameWishMs) process.exit(130);
        resolve();
      });
    }
  });
}
