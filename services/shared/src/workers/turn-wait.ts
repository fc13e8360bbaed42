import type { AppError } from '../errors.ts';

export type TurnWaitOptions = {
  /** How long one waits for its turn, in milliseconds. */
  maxWaitMs: number;
  refusal: () => AppError;
  /** Aborts when nobody needs the turn any more. */
  signal: AbortSignal | undefined;
  /** Takes it out of its queue. */
  leave: () => void;
};

/** One that waits in a queue. */
export type TurnWait = {
  /** To call when it is its turn, and it is out of its queue. */
  start(): void;
  /** Rejects with the refusal if the turn doesn't come in time, and with the signal's reason if that aborts. */
  started: Promise<void>;
};

/** @throws the signal's reason if it has aborted */
export function createTurnWait({ maxWaitMs, refusal, signal, leave }: TurnWaitOptions): TurnWait {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const giveUp = (reason: unknown) => {
    settle();
    leave();
    reject(reason);
  };
  const timer = setTimeout(() => giveUp(refusal()), maxWaitMs);
  const abandon = () => giveUp(signal?.reason);
  signal?.addEventListener('abort', abandon, { once: true });
  function settle(): void {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abandon);
  }
  return {
    start() {
      settle();
      resolve();
    },
    started: promise,
  };
}
