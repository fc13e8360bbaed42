-- Columns that lists filter and sort by. The service gives due_on (the date of an all-day task) and title_key (the title without
-- case and accents). Rows from before this migration get them, and the new form of `search`, from a worker: until then, lists
-- take null for "not known", and a search asks for both forms.
ALTER TABLE tasks
  ADD COLUMN due_on date,
  ADD COLUMN title_key text COLLATE "C",
  ADD COLUMN updated_at timestamptz,
  ADD COLUMN completed_at timestamptz;

-- `search` was made by to_tsvector('simple') and is made by the service now: each word begins with a mark of its workspace, so
-- that the words of a workspace are neighbours in the index, and has the weight A. A row without that weight is to be filled
-- in; a replica of the release before writes such rows too. The condition is on `search` only: other columns would make every
-- update of a task write all indexes.
CREATE INDEX tasks_to_fill ON tasks (workspace_id, id) WHERE length(ts_filter(search, '{a}')) = 0;

-- An index for each order that people look at daily. Those by title and by update sort the workspace (at most 100,000 tasks)
-- instead: each index costs every creation, and that of updates every change.
CREATE INDEX tasks_by_completion ON tasks (workspace_id, completed_at, id)
  WHERE deleted_at IS NULL AND completed_at IS NOT NULL;
CREATE INDEX tasks_by_priority ON tasks (workspace_id, priority, id) WHERE deleted_at IS NULL;
-- The open tasks of a workspace, which people look at most, without the many that are done.
CREATE INDEX tasks_open_by_due ON tasks (workspace_id, due_at, id) WHERE deleted_at IS NULL AND status <> 'complete';

-- The trash of one workspace; tasks_in_trash has all of them, for the purge.
CREATE INDEX tasks_in_trash_of_workspace ON tasks (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
