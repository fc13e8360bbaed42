-- The zone to which a person's floating tasks were moved last. They are to be moved while `time_zone` is another one.
ALTER TABLE people ADD COLUMN settled_zone text;
UPDATE people SET settled_zone = time_zone;
CREATE INDEX people_unsettled ON people (workspace_id)
  WHERE time_zone IS NOT NULL AND settled_zone IS DISTINCT FROM time_zone;

-- The tasks that move with the zone of their person.
CREATE INDEX tasks_floating ON tasks (workspace_id, id)
  WHERE status <> 'complete' AND deleted_at IS NULL AND task ->> 'is_floating' = 'true';
