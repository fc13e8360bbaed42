export type SendLimiter = {
  /** How many more sends may start now. */
  free(): number;
  /** The channels with a send in progress: each channel gets one message at a time. */
  busyChannels(): string[];
  /** The workspaces that have as many sends in progress as they may. */
  busyWorkspaces(): string[];
  /** Starts a send, which must not reject. */
  run(sender: Sender, send: () => Promise<void>): void;
  /** Resolves when no send is in progress. */
  idle(): Promise<void>;
};

export type Sender = { channelId: string; workspaceId: string };

export const maxSends = { fast: 16, all: 128 };
/** Of one workspace, however many channels it has. One claim can bring more, which are not counted as fast. */
export const maxSendsOfWorkspace = { fast: 4, all: 8 };
const slowAfterMs = 1_000;

/**
 * Limits concurrent sends: 16 that are younger than a second, 128 in all. A send that takes longer than a second goes on, but
 * no longer counts as fast, so receivers that hang until the timeout do not block other channels. Nor do those of one workspace
 * block other people: at most four of it count as fast, and it is busy with eight in all.
 * @param onFree is called whenever another send may start
 */
export function createSendLimiter(onFree: () => void): SendLimiter {
  const inProgress = new Map<string, Promise<void>>();
  const ofWorkspace = createCounts();
  const fastOfWorkspace = createCounts();

  function countAsFast(workspaceId: string): () => void {
    if (fastOfWorkspace.of(workspaceId) >= maxSendsOfWorkspace.fast) return () => undefined;
    const stopCounting = fastOfWorkspace.add(workspaceId);
    const timer = setTimeout(() => {
      stopCounting();
      onFree();
    }, slowAfterMs);
    return () => {
      clearTimeout(timer);
      stopCounting();
    };
  }

  return {
    free: () => Math.min(maxSends.fast - fastOfWorkspace.total(), maxSends.all - inProgress.size),
    busyChannels: () => [...inProgress.keys()],
    busyWorkspaces: () => ofWorkspace.keysWith(maxSendsOfWorkspace.all),
    run({ channelId, workspaceId }, send) {
      const endFast = countAsFast(workspaceId);
      const end = ofWorkspace.add(workspaceId);
      const sending = send().finally(() => {
        endFast();
        end();
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

/** Counts by key. `add` returns a function that takes one away; a second call of it does nothing. */
function createCounts() {
  const counts = new Map<string, number>();
  let total = 0;

  function change(key: string, by: 1 | -1): void {
    total += by;
    const count = (counts.get(key) ?? 0) + by;
    if (count === 0) counts.delete(key);
    else counts.set(key, count);
  }

  return {
    of: (key: string) => counts.get(key) ?? 0,
    total: () => total,
    keysWith: (min: number) => [...counts].flatMap(([key, count]) => (count >= min ? [key] : [])),
    add(key: string): () => void {
      change(key, 1);
      let isCounted = true;
      return () => {
        if (isCounted) change(key, -1);
        isCounted = false;
      };
    },
  };
}
