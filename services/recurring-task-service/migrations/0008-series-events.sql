-- Counts the changes of a series that are published on `series-events`.
ALTER TABLE series ADD COLUMN version bigint NOT NULL DEFAULT 1;

-- The live series from before.
INSERT INTO outbox (workspace_id, event_id, topic, type, body)
SELECT workspace_id, event_id, 'series-events', 'com.todoai.series.changed', json_build_object(
  'event_id', event_id, 'schema_version', '1.0',
  'timestamp', to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  'workspace_id', workspace_id, 'series_id', id, 'version', version, 'rule', rule, 'anchor', anchor,
  'time_zone', time_zone, 'person_zone', person_zone, 'exdates', exdates, 'rdates', rdates, 'gap', gap, 'month_end', month_end,
  'is_paused', is_paused, 'done', done, 'current_task_id', current_task_id, 'scheduled', scheduled, 'ended_reason', ended_reason
)::text
FROM (
  SELECT series.*, current.scheduled, gen_random_uuid() AS event_id FROM series
  LEFT JOIN tasks current ON current.workspace_id = series.workspace_id AND current.id = series.current_task_id
  WHERE series.ended_reason IS NULL ORDER BY series.workspace_id, series.id
) live;
