import { AppError } from '../errors.ts';
import { createTurnWait } from './turn-wait.ts';

export type KeyedQueueOptions = {
  /** How many jobs of one key run at a time. */
  maxRunning: number;
  /** How many jobs of one key wait. One more is refused. */
  maxWaiting: number;
  /** How long a job waits for its turn, in milliseconds. */
  maxWaitMs: number;
  /** The error for a job that is refused, if the usual one says too little. */
  refusal?: () => AppError;
};

/** Limits the jobs of each key, so that one key can't take what all keys share. Keys don't wait for each other. */
export type KeyedQueue = {
  /**
   * Runs a job when it is its turn: first come, first served among the jobs of its key.
   * @param signal aborts when the turn is no longer waited for
   * @throws AppError `refusal`, by default 429 `busy`, if too many jobs of the key wait, or if its turn doesn't come in time; the
   * reason of the signal
   */
  run<Result>(key: string, job: () => Promise<Result>, signal?: AbortSignal): Promise<Result>;
  /**
   * Waits for a turn, for work that ends elsewhere.
   * @param signalOf is called only if the turn has to be waited for. If its signal aborts, the place in the queue is free.
   * @returns a function that ends the turn. A second call does nothing.
   * @throws AppError as `run`, and the reason of the signal
   */
  take(key: string, signalOf?: () => AbortSignal): Promise<() => void>;
  /** Whether a job of this key is running. */
  isRunning(key: string): boolean;
};

type Lane = { running: number; waiting: Set<() => void> };

export function createKeyedQueue({
  maxRunning,
  maxWaiting,
  maxWaitMs,
  refusal,
}: KeyedQueueOptions): KeyedQueue {
  /** Only keys with a running job have a lane. */
  const lanes = new Map<string, Lane>();

  function begin(key: string, signalOf?: () => AbortSignal | undefined): Promise<void> | undefined {
    const lane = lanes.get(key);
    if (!lane) lanes.set(key, { running: 1, waiting: new Set() });
    else if (lane.running < maxRunning) lane.running += 1;
    else return wait(lane, signalOf?.());
    return undefined;
  }

  function wait({ waiting }: Lane, signal: AbortSignal | undefined): Promise<void> {
    if (waiting.size >= maxWaiting) throw refusal?.() ?? busy('Too many of your requests are waiting.');
    const { start, started } = createTurnWait({
      maxWaitMs,
      refusal: refusal ?? (() => busy(`Your earlier requests took longer than ${maxWaitMs / 1000} s.`)),
      signal,
      leave: () => waiting.delete(start),
    });
    waiting.add(start);
    return started;
  }

  function end(key: string): void {
    const lane = lanes.get(key);
    if (!lane) return;
    const [next] = lane.waiting;
    if (next) {
      lane.waiting.delete(next);
      next();
      return;
    }
    lane.running -= 1;
    if (lane.running === 0) lanes.delete(key);
  }

  return {
    isRunning: (key) => lanes.has(key),
    async run(key, job, signal) {
      await begin(key, () => signal);
      try {
        return await job();
      } finally {
        end(key);
      }
    },
    async take(key, signalOf) {
      await begin(key, signalOf);
      let isTaken = true;
      return () => {
        if (isTaken) end(key);
        isTaken = false;
      };
    },
  };
}

/** 429: the person has as many requests under way as are allowed. */
export function busy(reason: string): AppError {
  return new AppError('busy', `${reason} Try again.`, { headers: { 'retry-after': '1' } });
}
