import { performance } from 'node:perf_hooks';
import type { AppError } from '../errors.ts';

/** How long some work waits for turns, in all its waits together. */
export type WaitBudget = {
  /** Begins a wait. Its signal aborts with the refusal when the budget is used up. `end` may be called several times. */
  begin(): { signal: AbortSignal; end(): void };
};

export function createWaitBudget(maxMs: number, refusal: () => AppError): WaitBudget {
  let leftMs = maxMs;
  return {
    begin() {
      const began = performance.now();
      const waiting = new AbortController();
      const timer = setTimeout(() => waiting.abort(refusal()), leftMs);
      let isOver = false;
      return {
        signal: waiting.signal,
        end() {
          if (isOver) return;
          isOver = true;
          clearTimeout(timer);
          leftMs = Math.max(0, leftMs - (performance.now() - began));
        },
      };
    },
  };
}
