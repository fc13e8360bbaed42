-- The zone of each person's settings, as Notification publishes it. `replan_from`: their waiting reminders are to be planned again
-- for the zone, from the task after this id; null when that is done.
CREATE TABLE people (
  workspace_id uuid PRIMARY KEY,
  time_zone text,
  updated_at timestamptz(3) NOT NULL,
  replan_from uuid
);
CREATE INDEX people_to_replan ON people (workspace_id) WHERE replan_from IS NOT NULL;

-- The zone of the person, for what has no zone of its own. Null: not known.
ALTER TABLE tasks ADD COLUMN person_zone text;
ALTER TABLE series ADD COLUMN person_zone text;
