-- Version 2 of the hash also covers the workspace, the position and the time of the record. Earlier records keep version 1.
ALTER TABLE audit_records ADD COLUMN hash_version smallint NOT NULL DEFAULT 1;

-- The newest seq that Todo published, by workspace. It is not in the chain, so that a chain that lost its end is found.
CREATE TABLE published_seqs (
  workspace_id uuid PRIMARY KEY,
  seq bigint NOT NULL
);
INSERT INTO published_seqs (workspace_id, seq) SELECT workspace_id, max(seq) FROM audit_records GROUP BY workspace_id;

-- Ends of chains, each signed with a key that is not in the database. `seq` is the highest of the records up to `position`.
CREATE TABLE checkpoints (
  workspace_id uuid NOT NULL,
  position bigint NOT NULL,
  seq bigint NOT NULL,
  hash bytea NOT NULL,
  created_at timestamptz(3) NOT NULL,
  key_id text NOT NULL,
  signature bytea NOT NULL,
  PRIMARY KEY (workspace_id, position)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON checkpoints
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON checkpoints
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
