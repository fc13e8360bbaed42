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

/** A part of the text, and what it means. `start` and `end` are offsets in UTF-16 code units. */
export const QuickAddSpan = Type.Object(
  { start: Count, end: Count, kind: SpanKind },
  { additionalProperties: false },
);
export type QuickAddSpan = Static<typeof QuickAddSpan>;

const fields = TaskDraft.properties;

/**
 * The result of `parseQuickAdd` of @rondo/quick-add. `draft` has the title and only the fields that the phrase mentions.
 * `spans` are in order and do not overlap. `sentence` describes the draft in English and is itself a phrase that gives the
 * same draft.
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
  {
    $id: 'QuickAdd',
    additionalProperties: false,
    examples: [
      {
        draft: {
          title: 'Pay rent',
          due_date: '2027-02-01T09:00:00+01:00',
          recurrence_rule: 'FREQ=MONTHLY;BYMONTHDAY=1',
          list: 'home',
          priority: 2,
        },
        spans: [
          { start: 9, end: 31, kind: 'recurrence' },
          { start: 32, end: 36, kind: 'time' },
          { start: 37, end: 42, kind: 'list' },
          { start: 43, end: 45, kind: 'priority' },
        ],
        sentence: '"Pay rent" every month on the 1st, starting Monday 1 February 2027 at 09:00, #home !2',
      },
    ],
  },
);
export type QuickAdd = Static<typeof QuickAdd>;
