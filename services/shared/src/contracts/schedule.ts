import { Type, type Static } from 'typebox';
import { DateOrDateTime, nullable } from './scalars.ts';

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
    rule: Type.String({ minLength: 5, maxLength: 1_000 }),
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
