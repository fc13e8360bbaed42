import type { Day } from '@rondo/time/calendar';
import type { Rule } from '@rondo/recurrence/rule';

/** When a task is due: a day, or an instant in milliseconds. If the task has a length, it begins then. */
export type Due = { day: Day } | { instant: number };

/** What a phrase means. Draft and sentence are written from it. */
export type Interpretation = {
  /** The time zone of the task. */
  zone: string;
  /** Whether the phrase names the zone; otherwise it is the zone of the person. */
  hasZone: boolean;
  due?: Due;
  /** The length of an all-day task in days, including the first. */
  days?: number;
  /** The length of a timed task in minutes. */
  minutes?: number;
  rule?: Rule;
  /** Whether the rule counts from the completion of the task ("every! 3 days"). */
  fromCompletion: boolean;
  /** The last day of the recurrence, or its last moment if it is one of hours or minutes. */
  until?: Due;
  /** The number of occurrences. */
  count?: number;
  /** The days that the recurrence leaves out, in order. */
  exdays: Day[];
  /** Minutes before the task begins, or instants in milliseconds. */
  reminders: ({ minutesBefore: number } | { instant: number })[];
  list?: string;
  labels: string[];
  priority?: number;
};
