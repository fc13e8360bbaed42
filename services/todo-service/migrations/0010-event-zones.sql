-- TaskEvent 1.1: the zone of the person who changed the task, and the dates with which a series begins. Null: not given, as in
-- every event from before. The defaults are constant, so that no row is rewritten.
ALTER TABLE events ADD COLUMN time_zone text;
ALTER TABLE events ADD COLUMN series json;
