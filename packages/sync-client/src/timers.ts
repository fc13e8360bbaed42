/** The source of time of a client. Tests and simulations pass their own. */
export type SyncTimers = {
  /** Runs `callback` once after `ms` milliseconds. @returns a function that cancels it */
  after(ms: number, callback: () => void): () => void;
};

export const systemTimers: SyncTimers = {
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** A timer that holds one callback: setting it again cancels the earlier one. */
export type Alarm = { set(ms: number, callback: () => void): void; clear(): void; readonly isSet: boolean };

export function createAlarm(timers: SyncTimers): Alarm {
  let cancel: (() => void) | undefined;
  return {
    set(ms, callback) {
      cancel?.();
      cancel = timers.after(ms, () => {
        cancel = undefined;
        callback();
      });
    },
    clear() {
      cancel?.();
      cancel = undefined;
    },
    get isSet() {
      return cancel !== undefined;
    },
  };
}

/** Settles like the promise of `work`, or rejects after `ms` milliseconds. */
export function withTimeout<T>(timers: SyncTimers, ms: number, work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = timers.after(ms, () => reject(new Error(`no answer within ${ms} ms`)));
    (async () => work())().then(resolve, reject).finally(cancel);
  });
}

const maxBackoffMs = 10_000;

/** Exponential backoff with full jitter: a random time below a bound that doubles with each attempt, up to 10 s. */
export function backoffMs(attempts: number, firstMs: number, random: () => number): number {
  return random() * Math.min(firstMs * 2 ** attempts, maxBackoffMs);
}
