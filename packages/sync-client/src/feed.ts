import type { ChangePage, SyncEvent } from './protocol.ts';
import { backoffMs, createAlarm, withTimeout, type SyncTimers } from './timers.ts';

export type SyncFeedOptions<Event extends SyncEvent> = {
  fetchChanges: (since: number) => Promise<ChangePage<Event> | undefined>;
  last: () => number;
  onPage: (page: ChangePage<Event>) => void;
  /** The feed was read to its end, by a run that began after the last `readNow`. @returns whether events are missing */
  onEnd: () => boolean;
  /** The feed no longer has the events after `last`. */
  onExpired: () => void;
  timers: SyncTimers;
  random: () => number;
  firstBackoffMs: number;
};

export type SyncFeed = {
  /** Reads the feed to its end, unless a run is in progress or waits for its next attempt. */
  read(): void;
  /** Reads the feed to its end now. A run in progress may miss the newest events, so it is followed by another one. */
  readNow(): void;
  /** Ends the run and ignores its answers. */
  stop(): void;
};

const answerTimeoutMs = 30_000;

/**
 * Reads the change feed page by page, one run at a time, until no event is missing:
 *
 *   idle ──read──▶ reading ──nothing missing──▶ idle
 *                  reading ──failed, or still missing──▶ waiting ──full jitter──▶ reading
 */
export function createSyncFeed<Event extends SyncEvent>(options: SyncFeedOptions<Event>): SyncFeed {
  const { timers, random, firstBackoffMs } = options;
  const retry = createAlarm(timers);
  /** Identifies the current run; undefined when idle or waiting. */
  let currentRun: object | undefined;
  let mustRunAgain = false;
  let failures = 0;

  function begin(): void {
    retry.clear();
    const run = {};
    currentRun = run;
    readToEnd(() => currentRun === run).catch(() => {
      if (currentRun === run) finish({ isMissing: true, hasProgressed: false });
    });
  }

  /** Callbacks of the app may call `stop`, so `isCurrent` is checked after each step. */
  async function readToEnd(isCurrent: () => boolean): Promise<void> {
    mustRunAgain = false;
    const start = options.last();
    for (let hasMore = true; hasMore;) {
      const since = options.last();
      const page = await withTimeout(timers, answerTimeoutMs, () => options.fetchChanges(since));
      if (!isCurrent()) return;
      if (!page) {
        stop();
        return options.onExpired();
      }
      options.onPage(page);
      if (!isCurrent()) return;
      hasMore = page.has_more;
      if (hasMore && options.last() === since) throw new Error('a page of the feed made no progress');
    }
    if (mustRunAgain) return begin();
    const isMissing = options.onEnd();
    if (isCurrent()) finish({ isMissing, hasProgressed: options.last() > start });
  }

  function finish({ isMissing, hasProgressed }: { isMissing: boolean; hasProgressed: boolean }): void {
    currentRun = undefined;
    if (!isMissing) failures = 0;
    else if (hasProgressed) begin();
    else {
      retry.set(backoffMs(failures, firstBackoffMs, random), begin);
      failures += 1;
    }
  }

  function stop(): void {
    currentRun = undefined;
    mustRunAgain = false;
    failures = 0;
    retry.clear();
  }

  return {
    read() {
      if (!currentRun && !retry.isSet) begin();
    },
    readNow() {
      if (currentRun) mustRunAgain = true;
      else begin();
    },
    stop,
  };
}
