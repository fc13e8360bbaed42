CREATE TABLE toys (
  id uuid PRIMARY KEY,
  workspace_id uuid NOT NULL,
  name text NOT NULL,
  is_announced boolean NOT NULL DEFAULT false
);
