-- The zone of each person's settings, as Notification publishes it. `changed_at` is when it arrived: each replica reads what
-- is new to it.
CREATE TABLE people (
  workspace_id uuid PRIMARY KEY,
  time_zone text,
  updated_at timestamptz(3) NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX people_by_change ON people (changed_at);
