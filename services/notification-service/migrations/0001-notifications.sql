-- One row an event. A snoozed entry is out of the inbox until the worker has cleared `snoozed_until`.
CREATE TABLE notifications (
  id uuid PRIMARY KEY,
  workspace_id uuid NOT NULL,
  kind text NOT NULL,
  task_id uuid,
  title text NOT NULL,
  body text NOT NULL,
  due_date text,
  remind_at timestamptz(3) NOT NULL,
  lateness_ms bigint NOT NULL,
  is_late boolean NOT NULL,
  created_at timestamptz(3) NOT NULL,
  appeared_at timestamptz(3) NOT NULL,
  read_at timestamptz(3),
  dismissed_at timestamptz(3),
  snoozed_until timestamptz(3)
);
CREATE INDEX notifications_in_order ON notifications (workspace_id, appeared_at, id)
  WHERE dismissed_at IS NULL AND snoozed_until IS NULL;
-- Counted for each nudge: of a long inbox little is unread.
CREATE INDEX notifications_unread ON notifications (workspace_id)
  WHERE read_at IS NULL AND dismissed_at IS NULL AND snoozed_until IS NULL;
CREATE INDEX notifications_snoozed ON notifications (snoozed_until) WHERE snoozed_until IS NOT NULL;
-- As deliveries in the app, in the order of what was delivered.
CREATE INDEX notifications_by_creation ON notifications (workspace_id, created_at, id);
-- For the cleaner, which reads what is oldest: as small as an index of so long a table can be.
CREATE INDEX notifications_by_age ON notifications USING brin (created_at);

CREATE TABLE settings (
  workspace_id uuid PRIMARY KEY,
  time_zone text NOT NULL,
  quiet_from text,
  quiet_to text,
  digest_at text,
  next_digest_at timestamptz(3),
  CHECK ((quiet_from IS NULL) = (quiet_to IS NULL)),
  CHECK ((digest_at IS NULL) = (next_digest_at IS NULL))
);
CREATE INDEX settings_by_digest ON settings (next_digest_at) WHERE next_digest_at IS NOT NULL;

CREATE TABLE channels (
  id uuid PRIMARY KEY,
  workspace_id uuid NOT NULL,
  kind text NOT NULL,
  label text NOT NULL,
  fingerprint text NOT NULL,
  sealed_target text NOT NULL,
  is_enabled boolean NOT NULL DEFAULT true,
  disabled_reason text,
  confirmed_at timestamptz(3),
  created_at timestamptz(3) NOT NULL,
  UNIQUE (workspace_id, fingerprint)
);

-- On channels: in the app, the entry is its own delivery. No foreign keys: a channel or an entry may go and its deliveries
-- tell what was.
CREATE TABLE deliveries (
  id uuid PRIMARY KEY,
  workspace_id uuid NOT NULL,
  notification_id uuid,
  channel_id uuid,
  channel_kind text NOT NULL,
  title text NOT NULL,
  status text NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  reason text,
  created_at timestamptz(3) NOT NULL,
  first_attempt_at timestamptz(3),
  last_attempt_at timestamptz(3),
  next_attempt_at timestamptz(3),
  sent_at timestamptz(3),
  CHECK ((status = 'waiting') = (next_attempt_at IS NOT NULL))
);
CREATE INDEX deliveries_in_order ON deliveries (workspace_id, created_at, id);
CREATE INDEX deliveries_by_notification ON deliveries (notification_id);
CREATE INDEX deliveries_due ON deliveries (next_attempt_at) WHERE status = 'waiting';
CREATE INDEX deliveries_waiting_by_channel ON deliveries (channel_id) WHERE status = 'waiting';
CREATE INDEX deliveries_by_age ON deliveries USING brin (created_at);

-- Tasks with a due date that are open, and the versions of those that no longer are.
CREATE TABLE agenda (
  workspace_id uuid NOT NULL,
  task_id uuid NOT NULL,
  version bigint NOT NULL,
  title text NOT NULL,
  due_date text,
  due_day date,
  due_at timestamptz(3),
  changed_at timestamptz(3) NOT NULL,
  PRIMARY KEY (workspace_id, task_id)
);
CREATE INDEX agenda_open ON agenda (workspace_id) WHERE due_date IS NOT NULL;
CREATE INDEX agenda_closed ON agenda (changed_at) WHERE due_date IS NULL;

-- At most one nudge of a workspace waits: a later change takes its place under an id of its own.
CREATE TABLE outbox (
  workspace_id uuid PRIMARY KEY,
  id bigint NOT NULL UNIQUE GENERATED ALWAYS AS IDENTITY,
  notification_id uuid,
  traceparent text,
  changed_at timestamptz(3) NOT NULL,
  waiting_since timestamptz(3) NOT NULL
);

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
