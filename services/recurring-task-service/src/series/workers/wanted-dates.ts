import { setTimeout as pause } from 'node:timers/promises';
import { DueQueue } from '@rondo/shared/workers/due-queue';
import { createWalk } from '@rondo/shared/workers/walk';
import type { RecurringContext } from '../../context.ts';
import { computeWantedDate } from '../commands/compute-wanted-date.ts';

/** After a date it pauses for a multiple of the time that the date took, so that it leaves the processor to others. */
const pauseFactor = 4;
const longestPauseMs = 500;

/** Computes the dates of successors that take long: one at a time, of each person in turn. */
export function createWantedDates(ctx: RecurringContext): DueQueue {
  const computeNext = createWalk(async (after, onFound) => {
    const found = await computeWantedDate(ctx, after, onFound);
    if (found !== undefined) ctx.wake();
    return found;
  });
  return new DueQueue({
    name: 'wanted-dates',
    batch: 1,
    async fire() {
      const began = performance.now();
      if (!(await computeNext())) return 0;
      await pause(Math.min((performance.now() - began) * pauseFactor, longestPauseMs));
      return 1;
    },
    untilNext: () => Promise.resolve(null),
    log: ctx.telemetry.log,
  });
}
