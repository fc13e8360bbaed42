import type { CalendarUnit } from '@rondo/time/calendar';
import type { Clock, DayPart } from '../words/times/clock.ts';
import type { NamedDay } from '../words/days/dates.ts';
import type { Exception } from '../words/rules/exceptions.ts';
import type { SpanKind } from '../quick-add.ts';
import type { TimedDay } from '../words/days/moments-range.ts';
import type { NamedRule } from '../words/rules/recurrence.ts';
import type { NamedReminder } from '../words/reminders.ts';
import type { Tag } from '../words/tags.ts';

/** What introduces a day. Without a word it must be a day of the recurrence beside it. */
export type DayRole = 'plain' | 'start' | 'from';

/** What a run of words says, without regard to the other clauses of the phrase. */
export type Clause =
  | Tag
  | { is: 'day'; day: NamedDay; role: DayRole }
  /** "3 oct to 9 oct": the days of a task, or the first and last day of a recurrence. */
  | { is: 'days'; first: NamedDay; last: NamedDay }
  /** "3 oct 9am to 4 oct 5pm". */
  | { is: 'moments'; first: TimedDay; last: TimedDay }
  /** A time of day. `minutes` is the length of a range like "3pm to 5pm". `limit`: the word of "until 5pm" or "by 5pm". */
  | { is: 'clock'; clock: Clock; minutes?: number; limit?: 'until' | 'by' }
  /** "at 8am and 8pm": several times of a recurrence. */
  | { is: 'times'; clocks: Clock[] }
  | { is: 'part'; part: DayPart }
  | { is: 'zone'; zone: string }
  | { is: 'instant'; instant: number }
  | ({ is: 'rule' } & NamedRule)
  | { is: 'until'; day: NamedDay; isThrough: boolean }
  | { is: 'count'; count: number }
  | { is: 'except'; exception: Exception }
  | { is: 'length'; count: number; unit: CalendarUnit }
  | { is: 'duration'; minutes: number }
  | { is: 'reminders'; reminders: NamedReminder[] };

/** A clause and its tokens: from index `first` up to, not including, index `next`. */
export type Found<One extends Clause = Clause> = { clause: One; kind: SpanKind; first: number; next: number };
