import { Type, type Static } from 'typebox';
import { Count, DateOrDateTime, DateTime, nullable, PlainDate, Uuid } from './scalars.ts';
import { Task } from './task.ts';

const dates = Type.Array(DateOrDateTime, { maxItems: 366 });

/** What a clock change or a short month does to an occurrence; the published policy where it is absent. */
export const RecurrencePolicies = Type.Object(
  {
    gap: Type.Enum(['shift', 'skip'], {
      default: 'shift',
      description: 'a time that a clock change leaves out: later by the gap, or dropped (RFC 5545)',
    }),
    month_end: Type.Enum(['clamp', 'skip'], {
      default: 'clamp',
      description: 'a month without the day: its last day, or no occurrence (RFC 5545)',
    }),
  },
  { additionalProperties: false },
);

/**
 * Body of `POST /api/v1/schedules/preview`: a rule (RFC 5545 section 3.3.10, or daily, weekly, monthly, yearly) and the first
 * date of its series, as a task has it as `due_date`. A date-time shows the wall clock of `time_zone` (UTC without one).
 */
export const SchedulePreviewRequest = Type.Object(
  {
    rule: Type.String({ minLength: 5, maxLength: 1_000, examples: ['FREQ=MONTHLY;BYMONTHDAY=1'] }),
    anchor: DateOrDateTime,
    time_zone: Type.Optional(nullable(Type.String({ minLength: 1, maxLength: 64 }))),
    count: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
    after: Type.Optional(DateOrDateTime),
    rdates: Type.Optional(dates),
    exdates: Type.Optional(dates),
    policies: Type.Optional(Type.Partial(RecurrencePolicies, { additionalProperties: false })),
  },
  { $id: 'SchedulePreviewRequest', additionalProperties: false },
);
export type SchedulePreviewRequest = Static<typeof SchedulePreviewRequest>;

/** What comes of a rule: its next occurrences, whether the series ends with them, and the rule in words. */
export const SchedulePreview = Type.Object(
  { occurrences: Type.Array(DateOrDateTime), is_whole: Type.Boolean(), sentence: Type.String() },
  { $id: 'SchedulePreview', additionalProperties: false },
);
export type SchedulePreview = Static<typeof SchedulePreview>;

const ruleText = Type.String({ minLength: 5, maxLength: 1_000, examples: ['FREQ=MONTHLY;BYMONTHDAY=1'] });

/** How a series goes on: `paused` gives no occurrences and no reminders, `ended` has no further one. */
export const ScheduleStatus = Type.Enum(['active', 'paused', 'ended']);

/** What people decide about a series that its tasks do not say. */
export const ScheduleSettings = Type.Object(
  {
    overdue: Type.Enum(['next', 'every'], {
      description: 'after an overdue completion: the next date after it, or every one that was missed',
    }),
    policies: RecurrencePolicies,
    rdates: dates,
    exdates: dates,
  },
  { $id: 'ScheduleSettings', additionalProperties: false },
);
export type ScheduleSettings = Static<typeof ScheduleSettings>;

/** A series: the rule as its open task has it, where it counts from, and what comes next. `id` is its tasks' `series_id`. */
export const Schedule = Type.Object(
  {
    id: Uuid,
    workspace_id: Uuid,
    title: Type.String(),
    status: ScheduleStatus,
    ended_reason: nullable(Type.Enum(['count', 'until', 'no-date', 'stopped', 'deleted'])),
    rule: ruleText,
    sentence: Type.String(),
    anchor: Type.String({ description: 'its first date, on the wall clock' }),
    time_zone: Task.properties.time_zone,
    recurrence_basis: Task.properties.recurrence_basis,
    ...ScheduleSettings.properties,
    done: Count,
    current_task_id: Uuid,
    current_date: nullable(DateOrDateTime),
    next_occurrences: Type.Array(DateOrDateTime, { description: 'after the current one' }),
    created_at: DateTime,
    updated_at: DateTime,
  },
  { $id: 'Schedule', additionalProperties: false },
);
export type Schedule = Static<typeof Schedule>;

/** Answer of `GET /api/v1/schedules`, the youngest first. */
export const SchedulePage = Type.Object(
  { schedules: Type.Array(Schedule), total: Count },
  { $id: 'SchedulePage', additionalProperties: false },
);
export type SchedulePage = Static<typeof SchedulePage>;

/** What happened to a series. `date` is the occurrence's own, `detail` the rule after an edit, or why it ended. */
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

/** Answer of `GET /api/v1/schedules/{id}`: the series, and what happened to it, the latest first, at most 200. */
export const ScheduleWithHistory = Type.Object(
  { ...Schedule.properties, history: Type.Array(ScheduleHistoryEntry) },
  { $id: 'ScheduleWithHistory', additionalProperties: false },
);
export type ScheduleWithHistory = Static<typeof ScheduleWithHistory>;

/** Body of `PATCH /api/v1/schedules/{id}`: what is absent stays. */
export const ScheduleSettingsPatch = Type.Partial(
  Type.Object({
    ...ScheduleSettings.properties,
    policies: Type.Partial(RecurrencePolicies, { additionalProperties: false }),
  }),
  { $id: 'ScheduleSettingsPatch', additionalProperties: false },
);
export type ScheduleSettingsPatch = Static<typeof ScheduleSettingsPatch>;

/**
 * Body of `POST /api/v1/schedules/{id}/edit`. `this` moves the open occurrence alone; `following` changes it and all that come
 * after, which are counted from its date.
 */
export const ScheduleEdit = Type.Union(
  [
    Type.Object({ scope: Type.Literal('this'), due_date: DateOrDateTime }, { additionalProperties: false }),
    Type.Object(
      {
        scope: Type.Literal('following'),
        due_date: Type.Optional(DateOrDateTime),
        rule: Type.Optional(ruleText),
        time_zone: Type.Optional(Task.properties.time_zone),
        recurrence_basis: Type.Optional(Task.properties.recurrence_basis),
      },
      { additionalProperties: false },
    ),
  ],
  { $id: 'ScheduleEdit' },
);
export type ScheduleEdit = Static<typeof ScheduleEdit>;

/** Body of `POST /api/v1/schedules/{id}/end`: after so many occurrences, the open one included, or on a day, or both absent: now. */
export const ScheduleEnd = Type.Object(
  {
    after_occurrences: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
    on: Type.Optional(PlainDate),
  },
  { $id: 'ScheduleEnd', additionalProperties: false },
);
export type ScheduleEnd = Static<typeof ScheduleEnd>;
