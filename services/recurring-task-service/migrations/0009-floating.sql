-- Whether the zone of a task, and of a series, follows that of the person.
ALTER TABLE tasks ADD COLUMN is_floating boolean NOT NULL DEFAULT false;
ALTER TABLE series ADD COLUMN is_floating boolean NOT NULL DEFAULT false;
