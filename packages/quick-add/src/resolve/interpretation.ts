import type { Day } from '@rondo/time/calendar';
import type { Rule } from '../recurrence-rule.ts';

/** When a task is due: a whole day, or an instant in milliseconds. With a length it is when the task begins. */
export type Due = { day: Day } | { instant: number };

/** What a phrase means, before it is written as a draft or as a sentence. */
export type Meaning = {
  /** The zone of its times: the person's, unless words name one. */
  zone: string;
  has_zone: boolean;
  due?: Due;
  /** How many days an all-day task takes, the first counted. */
  days?: number;
  /** How many minutes a timed task takes. */
  minutes?: number;
  rule?: Rule;
  from_completion: boolean;
  until?: Day;
  count?: number;
  /** Minutes before it begins, or instants in milliseconds. */
  reminders: ({ minutes_before: number } | { instant: number })[];
  list?: string;
  labels: string[];
  priority?: number;
};
