import { secondMs } from '@rondo/time/units';
import type { SeriesClock } from './series-clock.ts';

/** The excluded moments of a series. */
export type Exclusions = {
  /**
   * The last excluded moment of the run that a moment is in; null if the moment isn't excluded. The moments of successive
   * calls must not decrease.
   */
  endOf: (moment: number) => number | null;
};

/** Joins the moments and days of EXDATE to runs: days in a row are one run. */
export function exclusionsOf(exdates: string[], clock: SeriesClock): Exclusions {
  const runs: { first: number; last: number }[] = [];
  const spans = exdates.map((text) => clock.spanOf(text)).sort((a, b) => a.first - b.first);
  for (const { first, last } of spans) {
    const run = runs.at(-1);
    // Moments are whole seconds.
    if (run && first <= run.last + secondMs) run.last = Math.max(run.last, last);
    else runs.push({ first, last });
  }
  let index = 0;
  return {
    endOf: (moment) => {
      for (; (runs[index]?.last ?? Infinity) < moment; index += 1);
      const run = runs[index];
      return run !== undefined && run.first <= moment ? run.last : null;
    },
  };
}
