import { AppError } from '../errors.ts';

/** Lets one piece of work for each key run at a time; the others wait for their turn. */
export type Turns = {
  /**
   * Waits for a turn. The returned function ends it.
   * @throws AppError 429 `busy` if the turn doesn't come in time, or too many wait already
   */
  take(key: string): Promise<() => void>;
};

export function createTurns({ maxWaitMs, maxWaiting }: { maxWaitMs: number; maxWaiting: number }): Turns {
  /** Of each key whose work runs: those that wait, first come, first served. */
  const running = new Map<string, (() => void)[]>();

  function end(key: string): void {
    const next = running.get(key)?.shift();
    if (next) next();
    else running.delete(key);
  }

  async function wait(waiting: (() => void)[]): Promise<void> {
    if (waiting.length >= maxWaiting) throw busy(maxWaitMs);
    await new Promise<void>((resolve, reject) => {
      const start = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(start), 1);
        reject(busy(maxWaitMs));
      }, maxWaitMs);
      waiting.push(start);
    });
  }

  return {
    async take(key) {
      const waiting = running.get(key);
      if (waiting) await wait(waiting);
      else running.set(key, []);
      let isOver = false;
      return () => {
        if (!isOver) end(key);
        isOver = true;
      };
    },
  };
}

function busy(maxWaitMs: number): AppError {
  return new AppError('busy', 'The same is being read already. Try again later.', {
    headers: { 'retry-after': String(Math.ceil(maxWaitMs / 1_000)) },
  });
}
