import { setTimeout as pause } from 'node:timers/promises';

/** Watches how long work blocks the event loop of this thread. */
export type EventLoopWatch = {
  /** The longest block since the last call, in milliseconds. */
  longestBlock(): number;
  stop(): void;
};

const intervalMs = 5;

/**
 * A block is how much later than due a timer fires, as far as this thread used the processor meanwhile: where another process
 * had it, the event loop was late but not blocked. `monitorEventLoopDelay` of Node can't tell the two apart.
 */
export function watchEventLoop(): EventLoopWatch {
  let longest = 0;
  let due = performance.now() + intervalMs;
  let used = process.threadCpuUsage();
  const timer = setInterval(() => {
    const { user, system } = process.threadCpuUsage(used);
    longest = Math.max(longest, Math.min(performance.now() - due, (user + system) / 1_000));
    due = performance.now() + intervalMs;
    used = process.threadCpuUsage();
  }, intervalMs).unref();
  return {
    longestBlock() {
      const found = longest;
      longest = 0;
      return found;
    },
    stop: () => clearInterval(timer),
  };
}

const attempts = 4;

/** The longest time in milliseconds that work keeps the event loop: the best of some runs, since the first ones compile. */
export async function longestBlockOf(work: () => Promise<void>, enough = 50): Promise<number> {
  const watch = watchEventLoop();
  let best = Infinity;
  for (let run = 0; run < attempts && best >= enough; run += 1) {
    await pause(20);
    watch.longestBlock();
    await work();
    await pause(20);
    best = Math.min(best, watch.longestBlock());
  }
  watch.stop();
  return best;
}
