CREATE TABLE chains (
  workspace_id uuid PRIMARY KEY,
  position bigint NOT NULL DEFAULT 0,
  hash bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex')
);

-- One row an event, chained per workspace in the order of arrival. `event` holds the bytes that the hash covers.
CREATE TABLE audit_records (
  workspace_id uuid NOT NULL,
  position bigint NOT NULL,
  id uuid NOT NULL,
  seq bigint NOT NULL,
  event_type text NOT NULL,
  task_id uuid NOT NULL,
  version bigint NOT NULL,
  actor_id uuid NOT NULL,
  actor_source text NOT NULL,
  occurred_at timestamptz(3) NOT NULL,
  recorded_at timestamptz(3) NOT NULL,
  event text NOT NULL,
  previous_hash bytea NOT NULL,
  hash bytea NOT NULL,
  PRIMARY KEY (workspace_id, position)
);
CREATE UNIQUE INDEX audit_records_by_id ON audit_records (id);
CREATE UNIQUE INDEX audit_records_by_seq ON audit_records (workspace_id, seq);
CREATE INDEX audit_records_by_task ON audit_records (workspace_id, task_id, position);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit records are append-only: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_records
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON audit_records
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE inbox (
  event_id uuid PRIMARY KEY,
  handled_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE dead_letters (
  id uuid PRIMARY KEY,
  workspace_id uuid,
  topic text NOT NULL,
  event_id text,
  reason text NOT NULL,
  stack text,
  cloud_event json NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  redriven_at timestamptz
);
CREATE INDEX dead_letters_by_age ON dead_letters (received_at);
