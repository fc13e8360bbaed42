-- Who knows the secret of a feed reads the tasks of its workspace: only its hash is kept, so that the table gives nobody
-- a way in. One feed a person; a new one takes the place of the one before.
CREATE TABLE calendar_feeds (
  person_id uuid PRIMARY KEY,
  workspace_id uuid NOT NULL,
  secret_hash bytea NOT NULL UNIQUE,
  created_at timestamptz NOT NULL
);
