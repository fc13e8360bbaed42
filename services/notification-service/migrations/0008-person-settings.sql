-- Orders the changes of a person's settings for the services that keep a copy.
ALTER TABLE settings ADD COLUMN updated_at timestamptz(3) NOT NULL DEFAULT now();

-- The changes that the relay has still to publish on `person-settings`.
CREATE TABLE settings_outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id uuid NOT NULL DEFAULT gen_random_uuid(),
  workspace_id uuid NOT NULL,
  time_zone text NOT NULL,
  updated_at timestamptz(3) NOT NULL
);

-- The settings from before.
INSERT INTO settings_outbox (workspace_id, time_zone, updated_at)
SELECT workspace_id, time_zone, updated_at FROM settings ORDER BY workspace_id;
