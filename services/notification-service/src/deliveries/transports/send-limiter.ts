export type SendLimiter = {
  /** How many more sends may start now. */
  free(): number;
  /** The channels with a send in progress: each channel gets one message at a time. */
  busyChannels(): string[];
  /** Starts a send, which must not reject. */
  run(channelId: string, send: () => Promise<void>): void;
  /** Resolves when no send is in progress. */
  idle(): Promise<void>;
};

const maxFastSends = 16;
const slowAfterMs = 1_000;
const maxSends = 128;

/**
 * Limits concurrent sends: 16 that are younger than a second, 128 in all. A send that takes longer than a second goes on, but
 * no longer counts as fast, so receivers that hang until the timeout do not block other channels or other people.
 * @param onFree is called whenever another send may start
 */
export function createSendLimiter(onFree: () => void): SendLimiter {
  const inProgress = new Map<string, Promise<void>>();
  let fast = 0;

  return {
    free: () => Math.min(maxFastSends - fast, maxSends - inProgress.size),
    busyChannels: () => [...inProgress.keys()],
    run(channelId, send) {
      let isFast = true;
      fast += 1;
      const stopCounting = () => {
        if (isFast) fast -= 1;
        isFast = false;
      };
      const timer = setTimeout(() => {
        stopCounting();
        onFree();
      }, slowAfterMs);
      const sending = send().finally(() => {
        clearTimeout(timer);
        stopCounting();
        inProgress.delete(channelId);
        onFree();
      });
      inProgress.set(channelId, sending);
    },
    async idle() {
      while (inProgress.size > 0) await Promise.all(inProgress.values());
    },
  };
}
