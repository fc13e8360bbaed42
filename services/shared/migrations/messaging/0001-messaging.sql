-- The tables of a service that consumes and publishes events. The runtime applies this file in the service's own schema.

-- The ids of processed events. A unique key makes each event's effects happen once.
CREATE TABLE inbox (
  event_id uuid PRIMARY KEY,
  handled_at timestamptz NOT NULL DEFAULT now()
);

-- Events that could not be processed, with the reason, until an operator redrives them.
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

-- Messages that the relay has still to publish, in commit order. `body` is the JSON text of the CloudEvent's data.
CREATE TABLE outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  workspace_id uuid NOT NULL,
  event_id uuid NOT NULL,
  topic text NOT NULL,
  type text NOT NULL,
  body text NOT NULL,
  traceparent text,
  created_at timestamptz NOT NULL DEFAULT now()
);
