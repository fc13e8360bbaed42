-- Saved filters: the parameters of a list under a name.
CREATE TABLE filters (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL,
  query json NOT NULL,
  rank text COLLATE "C" NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
