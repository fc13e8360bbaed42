import { Type, type Static } from 'typebox';
import { frequencies } from '@rondo/recurrence/rule';
import { exampleSchedule, exampleScheduleWithHistory } from './schedule-example.ts';
import { Count, DateOrDateTime, DateTime, nullable, PlainDate, TimeZone, Uuid } from './scalars.ts';
import { RuleText, Task } from './task.ts';

const dates = Type.Array(DateOrDateTime, { maxItems: 366 });

/** What happens to an occurrence at a clock change, or in a short month. An absent policy has its default. */
export const RecurrencePolicies = Type.Object(
  {
    gap: Type.Enum(['shift', 'skip'], {
      default: 'shift',
      description:
        'a time that a clock change skips: move it later by the gap, or skip the occurrence (RFC 5545)',
    }),
    month_end: Type.Enum(['clamp', 'skip'], {
      default: 'clamp',
      description: 'a month without the day: take its last day, or skip the occurrence (RFC 5545)',
    }),
  },
  { additionalProperties: false },
);

/**
 * Body of `POST /api/v1/schedules/preview`: a rule (RFC 5545 section 3.3.10, or daily, weekly, monthly, yearly), and the first
 * date of its series, which a task has as `due_date`. The time of day is the one in `time_zone`, by default the person's zone.
 */
export const SchedulePreviewRequest = Type.Object(
  {
    rule: RuleText,
    anchor: DateOrDateTime,
    time_zone: Type.Optional(nullable(TimeZone)),
    count: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
    after: Type.Optional(DateOrDateTime),
    rdates: Type.Optional(dates),
    exdates: Type.Optional(dates),
    policies: Type.Optional(Type.Partial(RecurrencePolicies, { additionalProperties: false })),
  },
  {
    $id: 'SchedulePreviewRequest',
    additionalProperties: false,
    examples: [
      {
        rule: 'FREQ=MONTHLY;BYMONTHDAY=1',
        anchor: '2027-02-01T09:00:00+01:00',
        time_zone: 'Europe/Berlin',
        count: 3,
      },
    ],
  },
);
export type SchedulePreviewRequest = Static<typeof SchedulePreviewRequest>;

/** The next occurrences of a rule, whether the series ends with them (`is_whole`), and the rule in words. */
export const SchedulePreview = Type.Object(
  { occurrences: Type.Array(DateOrDateTime), is_whole: Type.Boolean(), sentence: Type.String() },
  {
    $id: 'SchedulePreview',
    additionalProperties: false,
    examples: [
      {
        occurrences: ['2027-02-01T09:00:00+01:00', '2027-03-01T09:00:00+01:00', '2027-04-01T09:00:00+02:00'],
        is_whole: false,
        sentence: 'every month on the 1st',
      },
    ],
  },
);
export type SchedulePreview = Static<typeof SchedulePreview>;

/** The state of a series. A `paused` series has no new occurrences and no reminders; an `ended` one has no next occurrence. */
export const ScheduleStatus = Type.Enum(['active', 'paused', 'ended']);

/** The settings of a series that its tasks don't have. */
export const ScheduleSettings = Type.Object(
  {
    overdue: Type.Enum(['next', 'every'], {
      description:
        'after an overdue completion, continue with the next date after it, or with every missed date',
    }),
    policies: RecurrencePolicies,
    rdates: dates,
    exdates: dates,
  },
  { $id: 'ScheduleSettings', additionalProperties: false },
);
export type ScheduleSettings = Static<typeof ScheduleSettings>;

/** The frequency of a rule in lower case, such as `monthly` of `FREQ=MONTHLY;INTERVAL=3`. */
export const ScheduleFrequency = Type.Enum(
  frequencies.map((frequency) => frequency.toLowerCase() as Lowercase<typeof frequency>),
);

/**
 * A series of recurring tasks, with the rule of its open task. `id` is the `series_id` of its tasks. `parent_task_id` is the first
 * of them, which has the same id. `is_active`: whether `status` is `active`. `next_due_date`: the first of `next_occurrences`.
 */
export const Schedule = Type.Object(
  {
    id: Uuid,
    workspace_id: Uuid,
    parent_task_id: Uuid,
    title: Type.String(),
    status: ScheduleStatus,
    is_active: Type.Boolean(),
    ended_reason: nullable(Type.Enum(['count', 'until', 'no-date', 'stopped', 'deleted'])),
    rule: RuleText,
    frequency: ScheduleFrequency,
    sentence: Type.String(),
    anchor: Type.String({ description: 'the first date of the series, in its zone and without an offset' }),
    time_zone: Task.properties.time_zone,
    recurrence_basis: Task.properties.recurrence_basis,
    ...ScheduleSettings.properties,
    done: Count,
    current_task_id: Uuid,
    current_date: nullable(DateOrDateTime),
    next_due_date: nullable(DateOrDateTime),
    next_occurrences: Type.Array(DateOrDateTime, { description: 'the occurrences after the current one' }),
    created_at: DateTime,
    updated_at: DateTime,
  },
  { $id: 'Schedule', additionalProperties: false, examples: [exampleSchedule] },
);
export type Schedule = Static<typeof Schedule>;

/** Answer of `GET /api/v1/schedules`, newest first. */
export const SchedulePage = Type.Object(
  { schedules: Type.Array(Schedule), total: Count },
  { $id: 'SchedulePage', additionalProperties: false },
);
export type SchedulePage = Static<typeof SchedulePage>;

/** A change of a series. `date` is the date of the occurrence. `detail` is the rule after an edit, or why the series ended. */
export const ScheduleHistoryEntry = Type.Object(
  {
    at: DateTime,
    kind: Type.Enum([
      'started',
      'edited',
      'completed',
      'skipped',
      'reopened',
      'ended',
      'restarted',
      'paused',
      'resumed',
    ]),
    task_id: nullable(Uuid),
    date: nullable(DateOrDateTime),
    detail: nullable(Type.String()),
  },
  { additionalProperties: false },
);
export type ScheduleHistoryEntry = Static<typeof ScheduleHistoryEntry>;

/** Answer of `GET /api/v1/schedules/{id}`: the series and its last 200 changes, newest first. */
export const ScheduleWithHistory = Type.Object(
  { ...Schedule.properties, history: Type.Array(ScheduleHistoryEntry) },
  {
    $id: 'ScheduleWithHistory',
    additionalProperties: false,
    examples: [exampleScheduleWithHistory],
  },
);
export type ScheduleWithHistory = Static<typeof ScheduleWithHistory>;

/** Body of `PATCH /api/v1/schedules/{id}`. An absent setting stays the same. */
export const ScheduleSettingsPatch = Type.Partial(
  Type.Object({
    ...ScheduleSettings.properties,
    policies: Type.Partial(RecurrencePolicies, { additionalProperties: false }),
  }),
  {
    $id: 'ScheduleSettingsPatch',
    additionalProperties: false,
    examples: [{ overdue: 'every', exdates: ['2027-03-01T09:00:00+01:00'] }],
  },
);
export type ScheduleSettingsPatch = Static<typeof ScheduleSettingsPatch>;

/**
 * Body of `POST /api/v1/schedules/{id}/edit`. `this` moves only the open occurrence. `following` changes it and all later ones,
 * which are counted from its date.
 */
export const ScheduleEdit = Type.Union(
  [
    Type.Object({ scope: Type.Literal('this'), due_date: DateOrDateTime }, { additionalProperties: false }),
    Type.Object(
      {
        scope: Type.Literal('following'),
        due_date: Type.Optional(DateOrDateTime),
        rule: Type.Optional(RuleText),
        time_zone: Type.Optional(Task.properties.time_zone),
        recurrence_basis: Type.Optional(Task.properties.recurrence_basis),
      },
      { additionalProperties: false },
    ),
  ],
  {
    $id: 'ScheduleEdit',
    examples: [
      { scope: 'following', rule: 'FREQ=MONTHLY;BYMONTHDAY=3', due_date: '2027-02-03T09:00:00+01:00' },
    ],
  },
);
export type ScheduleEdit = Static<typeof ScheduleEdit>;

/**
 * Body of `POST /api/v1/schedules/{id}/end`. The series ends after a number of occurrences, which includes the open one, or on
 * a day. If both are absent, it ends now.
 */
export const ScheduleEnd = Type.Object(
  {
    after_occurrences: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
    on: Type.Optional(PlainDate),
  },
  { $id: 'ScheduleEnd', additionalProperties: false, examples: [{ after_occurrences: 3 }] },
);
export type ScheduleEnd = Static<typeof ScheduleEnd>;
