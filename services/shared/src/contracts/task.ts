import { shorthands } from '@rondo/recurrence/rule';
import { Type, type Static } from 'typebox';
import { expectedState } from './expected-state.ts';
import {
  Count,
  DateInput,
  DateOrDateTime,
  DateTime,
  DateTimeInput,
  namedText,
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
import { TaskNumber, TaskRank } from './task-place.ts';
import { TaskReference } from './task-reference.ts';

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

const before = Type.Object(
  {
    before: Type.String({
      maxLength: 28,
      pattern: duration,
      'x-words': 'a duration (ISO 8601), such as PT30M or P1D',
      examples: ['PT30M'],
    }),
  },
  { additionalProperties: false },
);

/** A reminder at an instant, or a duration (ISO 8601, weeks to seconds) before the due date. */
export const Reminder = Type.Union([Type.Object({ at: DateTime }, { additionalProperties: false }), before]);
export type Reminder = Static<typeof Reminder>;

const title = Type.String({
  minLength: 1,
  maxLength: 255,
  pattern: namedText,
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
const label = Type.String({ minLength: 1, maxLength: 60, pattern: namedText, 'x-words': visibleWords });
const ofLabels = { maxItems: 50, uniqueItems: true, examples: [['bills']] };
const list = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: namedText,
  'x-words': visibleWords,
  examples: ['home'],
});
/** Names as a person may write them. Tasks may have others from before. */
const written = {
  title: Type.String({ ...title, pattern: visibleText }),
  labels: Type.Array(Type.String({ ...label, pattern: visibleText }), ofLabels),
  list: nullable(Type.String({ ...list, pattern: visibleText })),
  parent_id: nullable(TaskReference),
};
const ofReminders = { maxItems: 20, examples: [[{ before: 'PT30M' }]] };
const remindersInput = Type.Array(
  Type.Union([Type.Object({ at: DateTimeInput }, { additionalProperties: false }), before]),
  ofReminders,
);
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
/** The most characters of a phrase. */
export const maxPhraseLength = 2_000;

const phrase = Type.String({
  minLength: 1,
  maxLength: maxPhraseLength,
  pattern: visibleText,
  'x-words': visibleWords,
  description: 'a task in words, which may contain dates, recurrence, reminders, #list, @label and !priority',
  examples: ['Pay rent every month on the 1st at 9 #home !2'],
});
/** How a date in numbers with two readings is read: `5/6` is 5 June (`dmy`) or 6 May (`mdy`). */
export const DateOrder = Type.Enum(['dmy', 'mdy']);
export type DateOrder = Static<typeof DateOrder>;

/** Dates of a series: left out (`exdates`), and in addition to those of the rule (`rdates`). */
const seriesDates = Type.Array(DateOrDateTime, {
  maxItems: 366,
  description: 'only with a recurrence. A task that never had one lacks the field',
  examples: [['2027-03-01']],
});

/** The dates with which a series begins, in events of before version 1.3. */
export const SeriesDates = Type.Object(
  { exdates: seriesDates, rdates: seriesDates },
  { $id: 'SeriesDates', additionalProperties: false },
);
export type SeriesDates = Static<typeof SeriesDates>;

const seriesDatesInput = Type.Array(DateInput, {
  maxItems: 366,
  description: 'only with a recurrence',
  examples: [['2027-03-01']],
});

const isFloating = Type.Boolean({
  description:
    'dates and reminders are wall clock, and move with the zone of the person: 8:00 wherever I am. A task that is not floating lacks the field',
  examples: [false],
});

const recurrenceBasis = Type.Enum(['due', 'completion']);

const writable = {
  title,
  description: nullable(description),
  status: TaskStatus,
  priority,
  labels: Type.Array(label, ofLabels),
  list: nullable(list),
  parent_id: nullable(Uuid),
  start: nullable(DateOrDateTime),
  due_date: nullable(DateOrDateTime),
  time_zone: nullable(TimeZone),
  reminders: Type.Array(Reminder, ofReminders),
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
    number: Type.Optional(TaskNumber),
    rank: Type.Optional(TaskRank),
    ...writable,
    is_floating: Type.Optional(isFloating),
    exdates: Type.Optional(seriesDates),
    rdates: Type.Optional(seriesDates),
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
export type WritableField = keyof typeof writable | 'is_floating' | 'exdates' | 'rdates';

const optionalFields = Type.Partial(
  Type.Object({
    ...writable,
    ...written,
    start: nullable(DateInput),
    due_date: nullable(DateInput),
    reminders: remindersInput,
    reminder_time: nullable(DateTimeInput),
    is_floating: isFloating,
    exdates: seriesDatesInput,
    rdates: seriesDatesInput,
  }),
);

/** The content of a new task. A client may give the id (UUIDv7), which makes its retries idempotent. */
export const TaskDraft = Type.Object(
  {
    id: Type.Optional(Uuid7),
    ...optionalFields.properties,
    title: written.title,
  },
  { $id: 'TaskDraft', additionalProperties: false },
);
export type TaskDraft = Static<typeof TaskDraft>;

/**
 * Body of `POST /api/v1/tasks`: a draft, or `quick_add`, a phrase that is parsed as one. Other fields override what the phrase
 * says. Its dates are relative to `now` in `time_zone`, by default the current time in the person's zone. Dates in numbers
 * are read in `date_order`, by default that of the `locale` of the person's token, or `mdy`.
 */
export const TaskCreation = Type.Object(
  {
    id: Type.Optional(Uuid7),
    quick_add: Type.Optional(phrase),
    now: Type.Optional(DateTime),
    date_order: Type.Optional(DateOrder),
    ...optionalFields.properties,
  },
  {
    $id: 'TaskCreation',
    additionalProperties: false,
    examples: [{ quick_add: 'Pay rent every month on the 1st at 9 #home !2' }],
  },
);
export type TaskCreation = Static<typeof TaskCreation>;

/** Body of `POST /api/v1/tasks/parse`. `now`, `time_zone` and `date_order` have the same defaults as in a creation. */
export const PhraseToParse = Type.Object(
  {
    text: phrase,
    now: Type.Optional(DateTime),
    time_zone: Type.Optional(TimeZone),
    date_order: Type.Optional(DateOrder),
  },
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
  { ...expectedState, ...optionalFields.properties },
  {
    $id: 'TaskPatch',
    additionalProperties: false,
    examples: [{ title: 'Pay rent', priority: 1, version: 3 }],
  },
);
export type TaskPatch = Static<typeof TaskPatch>;

/** Body of `PUT /api/v1/tasks/{id}`: a full replacement. An absent field gets its default. */
export const TaskReplacement = Type.Object(
  { ...expectedState, ...optionalFields.properties, title: written.title },
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
