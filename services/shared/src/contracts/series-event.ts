import { Type, type Static } from 'typebox';
import { exampleIds } from './example-ids.ts';
import { RecurrencePolicies, Schedule } from './schedule.ts';
import { Count, DateOrDateTime, DateTime, nullable, TimeZone, Uuid } from './scalars.ts';
import { RuleText } from './task.ts';

/** The version of the shape below. */
export const seriesEventSchemaVersion = '1.0';

/** What decides the dates of a series. `anchor` is its first date on the wall clock, `done` how many occurrences are closed. */
const seriesDates = {
  rule: RuleText,
  anchor: Type.String({
    maxLength: 24,
    pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,3})?)?$',
  }),
  time_zone: nullable(TimeZone),
  person_zone: nullable(TimeZone),
  exdates: Type.Array(DateOrDateTime, { maxItems: 366 }),
  rdates: Type.Array(DateOrDateTime, { maxItems: 366 }),
  gap: RecurrencePolicies.properties.gap,
  month_end: RecurrencePolicies.properties.month_end,
  is_paused: Type.Boolean(),
  done: Count,
  current_task_id: Uuid,
  /** The date that the current occurrence has in the series; null if it is not known. */
  scheduled: nullable(DateOrDateTime),
  ended_reason: Schedule.properties.ended_reason,
};

/** The fields of a series that other services keep. */
export const PublishedSeries = Type.Object(seriesDates, { additionalProperties: false });
export type PublishedSeries = Static<typeof PublishedSeries>;

/**
 * A series changed, on topic `series-events`: the whole series. `version` counts its changes from 1; an older one changes
 * nothing.
 */
export const SeriesEvent = Type.Object(
  {
    event_id: Uuid,
    schema_version: Type.Literal(seriesEventSchemaVersion),
    timestamp: DateTime,
    workspace_id: Uuid,
    series_id: Uuid,
    version: Count,
    ...seriesDates,
  },
  {
    $id: 'SeriesEvent',
    additionalProperties: false,
    examples: [
      {
        event_id: exampleIds.event,
        schema_version: seriesEventSchemaVersion,
        timestamp: '2027-01-04T09:15:00.000Z',
        workspace_id: exampleIds.workspace,
        series_id: exampleIds.task,
        version: 1,
        rule: 'FREQ=MONTHLY;BYMONTHDAY=1',
        anchor: '2027-02-01T09:00:00',
        time_zone: 'Europe/Berlin',
        person_zone: 'Europe/Berlin',
        exdates: [],
        rdates: [],
        gap: 'shift',
        month_end: 'clamp',
        is_paused: false,
        done: 0,
        current_task_id: exampleIds.task,
        scheduled: '2027-02-01T09:00:00+01:00',
        ended_reason: null,
      },
    ],
  },
);
export type SeriesEvent = Static<typeof SeriesEvent>;

/** The CloudEvents `type` of the event. */
export const seriesEventType = 'com.todoai.series.changed';
