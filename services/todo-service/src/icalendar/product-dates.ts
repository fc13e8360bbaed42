import { defaultPolicies, occurrences, strictPolicies, type Series } from '@rondo/recurrence/occurrences';
import { RuleError } from '@rondo/recurrence/rule-error';
import type { PublishedSeries } from '@rondo/shared/contracts/series-event';
import type { Task } from '@rondo/shared/contracts/task';
import { wallText } from '@rondo/time/iso-8601';
import { isTimeZone } from '@rondo/time/zone';
import { wallOf } from '@rondo/time/wall-clock';

/** A rule that repeats within the day has more dates in two years than a calendar should. */
export const maxDates = 1_100;
/** Two expansions of a rule of any person take less than 20 ms. */
export const maxSteps = 20_000;

/** What of a series is known, for its open occurrence. Null: only the rule. */
export type KnownSeries = PublishedSeries | null;

/** The published series, if it is that of this task as the task is now, with the dates that the task has. */
export function seriesOf(task: Task, known: PublishedSeries | undefined): KnownSeries {
  if (known === undefined || known.current_task_id !== task.id) return null;
  if (known.rule !== task.recurrence_rule || known.time_zone !== task.time_zone) return null;
  const { exdates = known.exdates, rdates = known.rdates } = task;
  // Another runtime may know a zone that this one doesn't.
  const { person_zone: zone } = known;
  return { ...known, exdates, rdates, person_zone: zone !== null && isTimeZone(zone) ? zone : null };
}

/** A series as the engine takes it. What only its task is known of has the default policies and counts from `due`. */
export function engineSeries(task: Task, due: string, zone: string | null, known: KnownSeries): Series {
  const rule = task.recurrence_rule ?? '';
  if (known === null) {
    const anchor = due.length === 10 ? due : wallText(wallOf(Date.parse(due), zone));
    const { exdates = [], rdates = [] } = task;
    return { rule, rdates, exdates, anchor, timeZone: zone, policies: defaultPolicies };
  }
  const { rdates, exdates, anchor, gap, month_end: monthEnd } = known;
  return { rule, rdates, exdates, anchor, timeZone: zone, policies: { gap, monthEnd, overlap: 'first' } };
}

/** The date that the dates of a series go on after: that of the open occurrence, or its own one if a person moved it later. */
export function passedDate(due: string, known: KnownSeries): string {
  const scheduled = known?.scheduled ?? due;
  return Date.parse(scheduled) > Date.parse(due) ? scheduled : due;
}

/** Dates, and whether they are all up to the horizon: a rule may take too many steps, or have too many. */
export type Dates = { dates: string[]; isWhole: boolean };

/** The dates of a series after one, up to an instant. */
export function datesUntil(
  series: Series,
  horizon: number,
  { after = null, limit = maxDates }: { after?: string | null; limit?: number | undefined },
): Dates {
  const dates: string[] = [];
  try {
    for (const date of occurrences(series, { limit, maxSteps, after })) {
      if (Date.parse(date) > horizon) return { dates, isWhole: true };
      dates.push(date);
    }
    return { dates, isWhole: dates.length < limit };
  } catch (error) {
    if (error instanceof RuleError || error instanceof RangeError) return { dates, isWhole: false };
    throw error;
  }
}

/**
 * The series of a written rule, as readers expand it: RFC 5545 section 3.3.10 leaves out a time that the clock skips, but some
 * libraries move it as the default policies do. They differ only where the product leaves it out, too.
 */
export function readings(rule: string, { anchor, timeZone, policies: { gap } }: Series): Series[] {
  const strict = { rule, rdates: [], exdates: [], anchor, timeZone, policies: strictPolicies };
  if (gap !== strictPolicies.gap) return [strict];
  return [strict, { ...strict, policies: { ...strictPolicies, gap: defaultPolicies.gap } }];
}
