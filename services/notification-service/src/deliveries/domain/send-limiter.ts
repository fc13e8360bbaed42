export type Places = {
  /** How many more sends may begin now. */
  free(): number;
  /** The channels that are being sent to: one message at a time each. */
  busy(): string[];
  /** Begins a send, which must not reject, in a place of its own. */
  take(channelId: string, send: () => Promise<void>): void;
  /** Resolves when nothing is being sent. */
  idle(): Promise<void>;
};

/** So many sends at a time, of those that are quick. */
const quickPlaces = 16;
const slowAfterMs = 1_000;
/** So many at a time in all. */
const allPlaces = 128;

/**
 * The places for sends to the outside. A send that takes longer than a second gives its place away while it goes on: so
 * receivers that hang until their time is up hold up neither their person's other channels nor anybody else's.
 * `onFree` is called whenever another send may begin.
 */
export function createPlaces(onFree: () => void): Places {
  const underWay = new Map<string, Promise<void>>();
  let quick = 0;

  return {
    free: () => Math.min(quickPlaces - quick, allPlaces - underWay.size),
    busy: () => [...underWay.keys()],
    take(channelId, send) {
      let isQuick = true;
      quick += 1;
      const leave = () => {
        if (isQuick) quick -= 1;
        isQuick = false;
      };
      const timer = setTimeout(() => {
        leave();
        onFree();
      }, slowAfterMs);
      const sending = send().finally(() => {
        clearTimeout(timer);
        leave();
        underWay.delete(channelId);
        onFree();
      });
      underWay.set(channelId, sending);
    },
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay.values());
    },
  };
}
