export type SpanKind =
  | 'date'
  | 'time'
  | 'zone'
  | 'recurrence'
  | 'duration'
  | 'reminder'
  | 'list'
  | 'label'
  | 'priority';

/** A part of the text and what it was read as. `start` and `end` are UTF-16 offsets, as in JavaScript strings. */
export type QuickAddSpan = { start: number; end: number; kind: SpanKind };

/** An instant (RFC 3339), or a duration before the task begins (ISO 8601). */
export type DraftReminder = { at: string } | { before: string };

/**
 * The fields of a task that a phrase gives. `start` and `due_date` are plain dates for an all-day task and instants with
 * an offset for a timed one (RFC 3339). `recurrence_rule` is an RRULE value (RFC 5545).
 */
export type QuickAddDraft = {
  title: string;
  start?: string;
  due_date?: string;
  time_zone?: string;
  recurrence_rule?: string;
  recurrence_basis?: 'completion';
  /** Dates that the recurrence leaves out, in order, at most 366. */
  exdates?: string[];
  reminders?: DraftReminder[];
  list?: string;
  labels?: string[];
  priority?: number;
};

/** Words that look like a date or a recurrence and were not understood. `start` and `end` are UTF-16 offsets. */
export type Unread = { start: number; end: number; text: string };

/**
 * `spans` are in order and do not overlap. `sentence` describes the draft in English, as a phrase that gives the same
 * draft. The words of `unread` are in the title, in order; they do not overlap a span.
 */
export type QuickAdd = { draft: QuickAddDraft; spans: QuickAddSpan[]; sentence: string; unread: Unread[] };

/** How a date in numbers with two readings is read: `5/6` is 5 June (`dmy`) or 6 May (`mdy`). */
export type DateOrder = 'dmy' | 'mdy';

/** The moment and the place that a phrase refers to: an RFC 3339 instant and an IANA time zone. */
export type QuickAddContext = { now: string; timeZone: string; dateOrder?: DateOrder };
