-- The newest checkpoint of each audit chain, as Audit signed it. The digest e-mail ends with it.
CREATE TABLE audit_checkpoints (
  workspace_id uuid PRIMARY KEY,
  position bigint NOT NULL,
  checkpoint json NOT NULL
);
