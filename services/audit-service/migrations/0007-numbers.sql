-- The number of a task, in the record of the event that gave it to the task; by it records are filtered. Records from before have none,
-- and as rows that are only added they get none: the event that numbers an old task has a record of its own.
ALTER TABLE audit_records ADD COLUMN task_number bigint;
CREATE INDEX audit_records_by_number ON audit_records (workspace_id, task_number) WHERE task_number IS NOT NULL;
