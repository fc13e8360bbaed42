-- The number of each task, by which its series is found. Rows from before have none until the event that numbers their task.
ALTER TABLE tasks ADD COLUMN number bigint;
CREATE INDEX tasks_by_number ON tasks (workspace_id, number) WHERE number IS NOT NULL AND series_id IS NOT NULL;
