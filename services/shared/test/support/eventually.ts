import { setTimeout as pause } from 'node:timers/promises';

export type EventuallyOptions = { timeout_ms?: number; every_ms?: number; what?: string };

/**
 * Waits for something that another process or a worker will bring about: calls `check` until its result is neither
 * undefined nor false and answers that result. After `timeout_ms` it fails with the last error of `check`, if any.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  { timeout_ms = 10_000, every_ms = 10, what = 'it' }: EventuallyOptions = {},
): Promise<Exclude<Awaited<T>, undefined | false>> {
  const deadline = performance.now() + timeout_ms;
  for (;;) {
    let failure: unknown;
    try {
      const result = await check();
      if (result !== undefined && result !== false) return result as Exclude<Awaited<T>, undefined | false>;
    } catch (error) {
      failure = error;
    }
    if (performance.now() > deadline) {
      throw failure ?? new Error(`${what} did not happen within ${timeout_ms} ms`);
    }
    await pause(every_ms);
  }
}
