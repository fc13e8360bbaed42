import { backoffMs, createAlarm, within, type SyncTimers } from './timers.ts';
import type { ChangePage } from '@rondo/shared/contracts/task-event';

export type SyncFeedOptions = {
  fetchChanges: (since: number) => Promise<ChangePage | undefined>;
  last: () => number;
  onPage: (page: ChangePage) => void;
  /** Read to its end, by a reading that began after the last `readNow`. @returns whether something is still missing */
  onEnd: () => boolean;
  /** The feed no longer reaches back. */
  onExpired: () => void;
  timers: SyncTimers;
  random: () => number;
  first_backoff_ms: number;
};

export type SyncFeed = {
  /** Reads the feed from the last applied event to its end, unless that is under way or waits for its next attempt. */
  read(): void;
  /** Reads it now; if that is under way, once more after it, because what is asked for may be younger. */
  readNow(): void;
  /** Whatever is still on its way is not taken any more. */
  stop(): void;
};

const answerWithinMs = 30_000;

/**
 * Reads the change feed, page by page, one reading at a time, until nothing is missing:
 *
 *   idle ──read──▶ reading ──all there──▶ idle;  reading ──failed, or still something missing──▶ waiting ──full jitter──▶ reading
 */
export function createSyncFeed(options: SyncFeedOptions): SyncFeed {
  const { timers, random, first_backoff_ms: firstBackoffMs } = options;
  const retry = createAlarm(timers);
  /** The reading that counts; another object, or none, once it was stopped. */
  let reading: object | undefined;
  let isWantedAgain = false;
  let failures = 0;

  function begin(): void {
    retry.clear();
    const mine = {};
    reading = mine;
    readToEnd(() => reading === mine).catch(() => {
      if (reading === mine) finish({ isMissing: true, hasProgressed: false });
    });
  }

  /** What is asked of the app may end in `stop`: whether this is still the reading that counts is asked after each step. */
  async function readToEnd(isMine: () => boolean): Promise<void> {
    isWantedAgain = false;
    const start = options.last();
    for (let hasMore = true; hasMore;) {
      const since = options.last();
      const page = await within(timers, answerWithinMs, () => options.fetchChanges(since));
      if (!isMine()) return;
      if (!page) {
        stop();
        return options.onExpired();
      }
      options.onPage(page);
      if (!isMine()) return;
      hasMore = page.has_more;
      if (hasMore && options.last() === since) throw new Error('a page of the feed led nowhere');
    }
    if (isWantedAgain) return begin();
    const isMissing = options.onEnd();
    if (isMine()) finish({ isMissing, hasProgressed: options.last() > start });
  }

  function finish({ isMissing, hasProgressed }: { isMissing: boolean; hasProgressed: boolean }): void {
    reading = undefined;
    if (!isMissing) failures = 0;
    else if (hasProgressed) begin();
    else {
      retry.set(backoffMs(failures, firstBackoffMs, random), begin);
      failures += 1;
    }
  }

  function stop(): void {
    reading = undefined;
    isWantedAgain = false;
    failures = 0;
    retry.clear();
  }

  return {
    read() {
      if (!reading && !retry.isSet) begin();
    },
    readNow() {
      if (reading) isWantedAgain = true;
      else begin();
    },
    stop,
  };
}
