/** The sleep of a worker that looks for work. Others wake it when there may be some. */
export type WakeableSleep = {
  /** To call before a look for work: a wake from here on is for work that the look may miss. */
  look(): void;
  /** Ends the sleep, or the next one if none is under way. */
  wake(): void;
  /** Sleeps for at most `ms` milliseconds. */
  sleep(ms: number): Promise<void>;
};

export function createWakeableSleep(): WakeableSleep {
  let isWoken = false;
  let end: (() => void) | undefined;
  return {
    look() {
      isWoken = false;
    },
    wake() {
      isWoken = true;
      end?.();
    },
    async sleep(ms) {
      if (isWoken || ms <= 0) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        end = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      end = undefined;
    },
  };
}
