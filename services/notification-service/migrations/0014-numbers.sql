-- The number of each followed task, by which the inbox is filtered. Rows from before have none until the event that numbers their task.
ALTER TABLE followed_tasks ADD COLUMN number bigint;
CREATE INDEX followed_tasks_by_number ON followed_tasks (workspace_id, number) WHERE number IS NOT NULL;

-- An open task is followed as long as it is open: its reminder may come in years, and doesn't say its number.
DROP INDEX followed_tasks_by_age;
CREATE INDEX followed_tasks_by_end ON followed_tasks (changed_at) WHERE state <> 'open';
