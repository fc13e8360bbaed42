import { Type, type Static } from 'typebox';
import { Count } from './scalars.ts';
import { TaskDraft } from './task.ts';

export const SpanKind = Type.Enum([
  'date',
  'time',
  'zone',
  'recurrence',
  'duration',
  'reminder',
  'list',
  'label',
  'priority',
]);
export type SpanKind = Static<typeof SpanKind>;

/** A part of the text and what it was taken for. `start` and `end` count UTF-16 code units, as strings of JSON do in JavaScript. */
export const QuickAddSpan = Type.Object(
  { start: Count, end: Count, kind: SpanKind },
  { additionalProperties: false },
);
export type QuickAddSpan = Static<typeof QuickAddSpan>;

const fields = TaskDraft.properties;

/**
 * What a phrase says of a task. `draft` has the title and only those fields that words gave; `spans` are in order and
 * do not overlap; `sentence` reads it back and is itself a phrase that gives the same draft.
 */
export const QuickAdd = Type.Object(
  {
    draft: Type.Object(
      {
        title: fields.title,
        start: fields.start,
        due_date: fields.due_date,
        time_zone: fields.time_zone,
        recurrence_rule: fields.recurrence_rule,
        recurrence_basis: fields.recurrence_basis,
        reminders: fields.reminders,
        list: fields.list,
        labels: fields.labels,
        priority: fields.priority,
      },
      { additionalProperties: false },
    ),
    spans: Type.Array(QuickAddSpan),
    sentence: Type.String(),
  },
  { $id: 'QuickAdd', additionalProperties: false },
);
export type QuickAdd = Static<typeof QuickAdd>;

/** When and where a phrase is said: an RFC 3339 instant and an IANA time zone. */
export type QuickAddContext = { now: string; time_zone: string };
