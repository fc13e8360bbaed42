import type { CalendarUnit } from '@rondo/time/calendar';
import type { Clock, DayPart } from '../words/clock.ts';
import type { NamedDay } from '../words/dates.ts';
import type { SpanKind } from '../quick-add.ts';
import type { NamedRule } from '../words/recurrence.ts';
import type { NamedReminder } from '../words/reminders.ts';
import type { Tag } from '../words/tags.ts';

/** What a run of words says, without regard to the other clauses of the phrase. */
export type Clause =
  | Tag
  | { is: 'day'; day: NamedDay; isFromOnly: boolean }
  /** A time of day. `minutes` is the length of a range like "3pm to 5pm". */
  | { is: 'clock'; clock: Clock; minutes?: number }
  | { is: 'part'; part: DayPart }
  | { is: 'zone'; zone: string }
  | { is: 'instant'; instant: number }
  | ({ is: 'rule' } & NamedRule)
  | { is: 'until'; day: NamedDay }
  | { is: 'count'; count: number }
  | { is: 'length'; count: number; unit: CalendarUnit }
  | { is: 'duration'; minutes: number }
  | { is: 'reminders'; reminders: NamedReminder[] };

/** A clause and its tokens: from index `first` up to, not including, index `next`. */
export type Found<One extends Clause = Clause> = { clause: One; kind: SpanKind; first: number; next: number };
