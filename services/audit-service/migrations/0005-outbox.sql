-- Checkpoints that the relay has still to publish, written in the transaction that adds them. `body` is the JSON text of the
-- CloudEvent's data.
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
