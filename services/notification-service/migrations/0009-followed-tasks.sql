-- The tasks that can remind, and those that entries of the inbox name. A delivery looks here before it is sent.
-- Version 0 is what a reminder said: each event of the task is newer.
CREATE TABLE followed_tasks (
  workspace_id uuid NOT NULL,
  task_id uuid NOT NULL,
  version bigint NOT NULL,
  title text NOT NULL,
  due_date text,
  time_zone text,
  state text NOT NULL CHECK (state IN ('open', 'done', 'deleted')),
  changed_at timestamptz(3) NOT NULL,
  PRIMARY KEY (workspace_id, task_id)
) WITH (fillfactor = 80);
CREATE INDEX followed_tasks_by_age ON followed_tasks (changed_at);
INSERT INTO followed_tasks (workspace_id, task_id, version, title, due_date, state, changed_at)
  SELECT DISTINCT ON (workspace_id, task_id) workspace_id, task_id, 0, title, due_date, 'open', created_at
  FROM notifications WHERE task_id IS NOT NULL ORDER BY workspace_id, task_id, created_at DESC;

ALTER TABLE notifications ADD COLUMN settled text CHECK (settled IN ('done', 'deleted'));
CREATE INDEX notifications_by_task ON notifications (workspace_id, task_id) WHERE task_id IS NOT NULL;
