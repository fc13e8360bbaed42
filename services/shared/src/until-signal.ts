/** One stop arrives as several signals: from the process group, the service manager, and each parent that forwards it. */
const sameStopMs = 500;

/**
 * Resolves at the first SIGINT, SIGTERM or SIGHUP. A later one that is not part of the same stop ends the process at once.
 * @param now milliseconds on a clock that only goes forward
 */
export function untilSignal(now = () => performance.now()): Promise<void> {
  return new Promise((resolve) => {
    let first: number | undefined;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        const at = now();
        first ??= at;
        if (at - first > sameStopMs) process.exit(130);
        resolve();
      });
    }
  });
}
