import { shorthands } from '@rondo/recurrence/rule';
import { Type, type Static } from 'typebox';
import {
  Count,
  DateOrDateTime,
  DateTime,
  nullable,
  storableText,
  storableWords,
  TimeZone,
  Uuid,
  Uuid7,
  visibleText,
  visibleWords,
} from './scalars.ts';
import { exampleTask } from './task-example.ts';

export const TaskStatus = Type.Enum(['pending', 'in_progress', 'complete']);
export type TaskStatus = Static<typeof TaskStatus>;

/** Shorthands for recurrence rules. `daily` stands for `FREQ=DAILY`. */
export const RecurrenceSchedule = Type.Enum(shorthands);
export type RecurrenceSchedule = Static<typeof RecurrenceSchedule>;

const seconds = '[0-9]{1,7}S';
const minutes = `[0-9]{1,6}M(${seconds})?`;
const hours = `[0-9]{1,5}H(${minutes}|${seconds})?`;
const time = `T(${hours}|${minutes}|${seconds})`;
const duration = `^P([0-9]{1,4}W|[0-9]{1,4}D(${time})?|${time})$`;

/** A reminder at an instant, or a duration (ISO 8601, weeks to seconds) before the due date. */
export const Reminder = Type.Union([
  Type.Object({ at: DateTime }, { additionalProperties: false }),
  Type.Object(
    {
      before: Type.String({
        maxLength: 28,
        pattern: duration,
        'x-words': 'a duration (ISO 8601), such as PT30M or P1D',
        examples: ['PT30M'],
      }),
    },
    { additionalProperties: false },
  ),
]);
export type Reminder = Static<typeof Reminder>;

const title = Type.String({
  minLength: 1,
  maxLength: 255,
  pattern: visibleText,
  'x-words': visibleWords,
  examples: ['Pay rent'],
});
const description = Type.String({
  maxLength: 20_000,
  pattern: storableText,
  'x-words': storableWords,
  examples: ['Transfer to the account of the landlord'],
});
const priority = Type.Integer({
  minimum: 1,
  maximum: 4,
  description: '1 is the most urgent, 4 is no priority',
  examples: [2],
});
const labels = Type.Array(
  Type.String({ minLength: 1, maxLength: 60, pattern: visibleText, 'x-words': visibleWords }),
  { maxItems: 50, uniqueItems: true, examples: [['bills']] },
);
const list = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: visibleText,
  'x-words': visibleWords,
  examples: ['home'],
});
const reminders = Type.Array(Reminder, { maxItems: 20, examples: [[{ before: 'PT30M' }]] });
/** The most characters of the text of a recurrence rule. */
export const maxRuleLength = 1_000;

/** The text of a recurrence rule. `parseRule` of @rondo/recurrence tells whether it is one. */
export const RuleText = Type.String({
  minLength: 5,
  maxLength: maxRuleLength,
  pattern: storableText,
  'x-words': storableWords,
  description: 'the value of an RRULE (RFC 5545 section 3.3.10)',
  examples: ['FREQ=MONTHLY;BYMONTHDAY=1'],
});
const phrase = Type.String({
  minLength: 1,
  maxLength: 2_000,
  pattern: visibleText,
  'x-words': visibleWords,
  description: 'a task in words, which may contain dates, recurrence, reminders, #list, @label and !priority',
  examples: ['Pay rent every month on the 1st at 9 #home !2'],
});
const recurrenceBasis = Type.Enum(['due', 'completion']);

const writable = {
  title,
  description: nullable(description),
  status: TaskStatus,
  priority,
  labels,
  list: nullable(list),
  parent_id: nullable(Uuid),
  start: nullable(DateOrDateTime),
  due_date: nullable(DateOrDateTime),
  time_zone: nullable(TimeZone),
  reminders,
  reminder_time: nullable(DateTime),
  is_recurring: Type.Boolean(),
  recurrence_rule: nullable(RuleText),
  recurrence_schedule: nullable(RecurrenceSchedule),
  recurrence_basis: recurrenceBasis,
};

/**
 * A task, as it is stored, published and shown. `version` counts its changes from 1 without a gap. `reminder_time`,
 * `is_recurring` and `recurrence_schedule` are shorthands, which are derived from `reminders` and `recurrence_rule`.
 */
export const Task = Type.Object(
  {
    id: Uuid,
    workspace_id: Uuid,
    version: Count,
    ...writable,
    series_id: nullable(Uuid),
    created_at: DateTime,
    updated_at: DateTime,
    completed_at: nullable(DateTime),
    deleted_at: nullable(DateTime),
  },
  { $id: 'Task', additionalProperties: false, examples: [exampleTask] },
);
export type Task = Static<typeof Task>;

/** The fields of a task that a person can write. */
export type WritableField = keyof typeof writable;

const optionalFields = Type.Partial(Type.Object(writable));

/** The content of a new task. A client may give the id (UUIDv7), which makes its retries idempotent. */
export const TaskDraft = Type.Object(
  { id: Type.Optional(Uuid7), ...optionalFields.properties, title },
  { $id: 'TaskDraft', additionalProperties: false },
);
export type TaskDraft = Static<typeof TaskDraft>;

/**
 * Body of `POST /api/v1/tasks`: a draft, or `quick_add`, a phrase that is parsed as one. Other fields override what the phrase
 * says. Its dates are relative to `now` in `time_zone`, by default the current time in the person's zone.
 */
export const TaskCreation = Type.Object(
  {
    id: Type.Optional(Uuid7),
    quick_add: Type.Optional(phrase),
    now: Type.Optional(DateTime),
    ...optionalFields.properties,
  },
  {
    $id: 'TaskCreation',
    additionalProperties: false,
    examples: [{ quick_add: 'Pay rent every month on the 1st at 9 #home !2' }],
  },
);
export type TaskCreation = Static<typeof TaskCreation>;

/** Body of `POST /api/v1/tasks/parse`. `now` and `time_zone` have the same defaults as in a creation. */
export const PhraseToParse = Type.Object(
  { text: phrase, now: Type.Optional(DateTime), time_zone: Type.Optional(TimeZone) },
  {
    $id: 'PhraseToParse',
    additionalProperties: false,
    examples: [
      {
        text: 'Pay rent every month on the 1st at 9 #home !2',
        now: '2027-01-04T09:15:00Z',
        time_zone: 'Europe/Berlin',
      },
    ],
  },
);
export type PhraseToParse = Static<typeof PhraseToParse>;

/** Body of `PATCH /api/v1/tasks/{id}`: a JSON Merge Patch (RFC 7396). An absent field stays the same. */
export const TaskPatch = Type.Object(
  { version: Type.Optional(Count), ...optionalFields.properties },
  {
    $id: 'TaskPatch',
    additionalProperties: false,
    examples: [{ title: 'Pay rent', priority: 1, version: 3 }],
  },
);
export type TaskPatch = Static<typeof TaskPatch>;

/** Body of `PUT /api/v1/tasks/{id}`: a full replacement. An absent field gets its default. */
export const TaskReplacement = Type.Object(
  { version: Type.Optional(Count), ...optionalFields.properties, title },
  {
    $id: 'TaskReplacement',
    additionalProperties: false,
    examples: [{ title: 'Pay rent', due_date: '2027-02-01', version: 3 }],
  },
);
export type TaskReplacement = Static<typeof TaskReplacement>;

/** The name of a field of a task, as `changed` of an event has it. */
export const TaskField = Type.Enum(Object.keys(Task.properties) as [keyof Task, ...(keyof Task)[]]);
export type TaskField = keyof Task;
