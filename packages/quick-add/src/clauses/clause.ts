import type { CalendarUnit } from '@rondo/time/calendar';
import type { Clock, DayPart } from '../words/clock.ts';
import type { NamedDay } from '../words/dates.ts';
import type { SpanKind } from '@rondo/shared/contracts/quick-add';
import type { NamedRule } from '../words/recurrence.ts';
import type { NamedReminder } from '../words/reminders.ts';
import type { Tag } from '../words/tags.ts';

/** What a run of words says on its own, before it is known what the others say. */
export type Clause =
  | Tag
  | { is: 'day'; day: NamedDay; from_only: boolean }
  /** A time, and with an end ("3pm to 5pm") how many minutes are between. */
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

/** A clause and its tokens: the first, and the one after the last. */
export type Found<One extends Clause = Clause> = { clause: One; kind: SpanKind; first: number; next: number };
