/** Where a client's time comes from; simulations bring their own. */
export type SyncTimers = {
  /** Runs `callback` once after `ms`. @returns how to call it off */
  after(ms: number, callback: () => void): () => void;
};

export const systemTimers: SyncTimers = {
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** One thing to do later at a time: setting it anew calls the earlier one off. */
export type Alarm = { set(ms: number, callback: () => void): void; clear(): void; readonly isSet: boolean };

export function createAlarm(timers: SyncTimers): Alarm {
  let callOff: (() => void) | undefined;
  return {
    set(ms, callback) {
      callOff?.();
      callOff = timers.after(ms, () => {
        callOff = undefined;
        callback();
      });
    },
    clear() {
      callOff?.();
      callOff = undefined;
    },
    get isSet() {
      return callOff !== undefined;
    },
  };
}

/** The promise, or a rejection when it takes longer than `ms`: what never answers must not hold anything up for ever. */
export function within<T>(timers: SyncTimers, ms: number, work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const callOff = timers.after(ms, () => reject(new Error(`no answer within ${ms} ms`)));
    (async () => work())().then(resolve, reject).finally(callOff);
  });
}

const longestBackoffMs = 10_000;

/** Full jitter: anything between nothing and a bound that doubles with each attempt, up to 10 s. */
export function backoffMs(attempts: number, firstMs: number, random: () => number): number {
  return random() * Math.min(firstMs * 2 ** attempts, longestBackoffMs);
}
