import type { ChangePage, SyncEvent } from './protocol.ts';
import { SignedOutError } from './signed-out-error.ts';
import { backoffMs, createAlarm, withTimeout, type SyncTimers } from './timers.ts';

export type SyncFeedOptions<Event extends SyncEvent> = {
  fetchChanges: (since: number) => Promise<ChangePage<Event> | undefined>;
  last: () => number;
  onPage: (page: ChangePage<Event>) => void;
  /** The feed was read to its end, by a run that began after the last `readNow`. @returns whether events are missing */
  onEnd: () => boolean;
  /** The feed no longer has the events after `last`. */
  onExpired: () => void;
  /** The server refused the token. */
  onSignedOut: () => void;
  timers: SyncTimers;
  random: () => number;
  firstBackoffMs: number;
};

export type SyncFeed = {
  /** Reads the feed to its end, unless a run is in progress or waits for its next attempt. */
  read(): void;
  /** Reads the feed to its end now. A run in progress may miss the newest events, so it is followed by another one. */
  readNow(): void;
  /** Like `readNow`; a request in progress that gets no answer within 3 s is given up, because the device may have slept. */
  restart(): void;
  /** Ends the run and ignores its answers. */
  stop(): void;
};

const answerTimeoutMs = 30_000;
const testTimeoutMs = 3_000;

/**
 * Reads the change feed page by page, one run at a time, until no event is missing:
 *
 *   idle ──read──▶ reading ──nothing missing──▶ idle
 *                  reading ──failed, or still missing──▶ waiting ──full jitter──▶ reading
 */
export function createSyncFeed<Event extends SyncEvent>(options: SyncFeedOptions<Event>): SyncFeed {
  const { timers, random, firstBackoffMs } = options;
  const retry = createAlarm(timers);
  const test = createAlarm(timers);
  /** Identifies the current run; undefined when idle or waiting. */
  let currentRun: object | undefined;
  let mustRunAgain = false;
  let failures = 0;

  function begin(): void {
    retry.clear();
    test.clear();
    const run = {};
    currentRun = run;
    readToEnd(() => currentRun === run).catch((error: unknown) => {
      if (currentRun !== run) return;
      if (!(error instanceof SignedOutError)) return finish({ isMissing: true, hasProgressed: false });
      stop();
      options.onSignedOut();
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
      test.clear();
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
    test.clear();
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
    test.clear();
  }

  return {
    read() {
      if (!currentRun && !retry.isSet) begin();
    },
    readNow() {
      if (currentRun) mustRunAgain = true;
      else begin();
    },
    restart() {
      if (!currentRun) return begin();
      mustRunAgain = true;
      if (!test.isSet) test.set(testTimeoutMs, begin);
    },
    stop,
  };
}
