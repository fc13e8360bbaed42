-- Commands of other services that were carried out, and those that could not be.
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
