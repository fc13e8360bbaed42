import { Type, type Static } from 'typebox';
import { Count, DateOrDateTime } from './scalars.ts';
import { maxPhraseLength, Reminder, Task, TaskDraft } from './task.ts';

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

/** Words that look like a date or a recurrence and were not understood. The offsets are in UTF-16 code units. */
export const Unread = Type.Object(
  { start: Count, end: Count, text: Type.String() },
  { additionalProperties: false },
);
export type Unread = Static<typeof Unread>;

const fields = TaskDraft.properties;
/** A part of the text as it was read. It may be too long for a task. */
const read = Type.String({ minLength: 1, maxLength: maxPhraseLength });

/**
 * The result of `parseQuickAdd` of @rondo/quick-add. `draft` has the title and only the fields that the phrase mentions.
 * `spans` are in order and do not overlap. `sentence` describes the draft in English and is itself a phrase that gives the
 * same draft. `unread` names the words that look like a date or a recurrence and stay in the title, because not all of them
 * were understood.
 */
export const QuickAdd = Type.Object(
  {
    draft: Type.Object(
      {
        title: read,
        start: Type.Optional(Task.properties.start),
        due_date: Type.Optional(Task.properties.due_date),
        time_zone: fields.time_zone,
        recurrence_rule: fields.recurrence_rule,
        recurrence_basis: fields.recurrence_basis,
        exdates: Type.Optional(
          Type.Array(DateOrDateTime, {
            maxItems: 366,
            description: 'dates that the recurrence leaves out',
            examples: [['2027-03-01']],
          }),
        ),
        reminders: Type.Optional(Type.Array(Reminder, { maxItems: maxPhraseLength })),
        list: Type.Optional(read),
        labels: Type.Optional(Type.Array(read, { maxItems: maxPhraseLength, uniqueItems: true })),
        priority: fields.priority,
      },
      { additionalProperties: false },
    ),
    spans: Type.Array(QuickAddSpan),
    sentence: Type.String(),
    unread: Type.Array(Unread),
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
        unread: [],
      },
    ],
  },
);
export type QuickAdd = Static<typeof QuickAdd>;
