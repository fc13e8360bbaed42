/** The sleep of a worker that looks for work, and that others wake when there may be some. */
export type WakeableSleep = {
  /** Called before a look for work: from here on a wake is one for work that the look may have missed. */
  look(): void;
  /** Ends the sleep, or has the next one not begin. */
  wake(): void;
  /** Sleeps, at most so many milliseconds. */
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
