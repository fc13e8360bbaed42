-- What a person imported from a file. The id is the command_id of all events of the import; no earlier event than after_seq has it.
CREATE TABLE imports (
  id uuid PRIMARY KEY,
  workspace_id uuid NOT NULL,
  person_id uuid NOT NULL,
  format text NOT NULL,
  file_name text,
  created_at timestamptz NOT NULL,
  tasks int NOT NULL,
  after_seq bigint NOT NULL,
  undone_at timestamptz
);
CREATE INDEX imports_of_workspace ON imports (workspace_id, created_at DESC);
CREATE INDEX imports_by_age ON imports (created_at);
