-- Tasks of files and of CalDAV that name a parent which is not there yet. `parent_id` is an id that its task will have.
CREATE TABLE awaited_parents (
  workspace_id uuid NOT NULL,
  parent_id uuid NOT NULL,
  child_id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, parent_id, child_id)
);
CREATE INDEX awaited_parents_by_age ON awaited_parents (created_at);
