-- The number of each task, and its place in lists and boards: both are in the document, too. Rows from before have neither until a
-- worker gives them both.
ALTER TABLE workspaces ADD COLUMN last_number bigint NOT NULL DEFAULT 0;
ALTER TABLE tasks ADD COLUMN number bigint, ADD COLUMN rank text COLLATE "C";
CREATE UNIQUE INDEX tasks_by_number ON tasks (workspace_id, number) WHERE number IS NOT NULL;
CREATE INDEX tasks_by_rank ON tasks (workspace_id, rank, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_to_number ON tasks (workspace_id, created_at, id) WHERE number IS NULL;
