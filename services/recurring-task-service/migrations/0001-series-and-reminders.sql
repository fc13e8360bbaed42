-- A series of occurrences: its rule as the open task has it, from where it counts, and what people decided about it.
CREATE TABLE series (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  title text NOT NULL,
  rule text NOT NULL,
  anchor text NOT NULL,
  time_zone text,
  basis text NOT NULL,
  rdates json NOT NULL DEFAULT '[]',
  exdates json NOT NULL DEFAULT '[]',
  gap text NOT NULL DEFAULT 'shift',
  month_end text NOT NULL DEFAULT 'clamp',
  overdue text NOT NULL DEFAULT 'next',
  is_paused boolean NOT NULL DEFAULT false,
  done bigint NOT NULL DEFAULT 0,
  current_task_id uuid NOT NULL,
  ended_reason text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX series_by_age ON series (workspace_id, created_at DESC, id DESC);

CREATE TABLE series_history (
  workspace_id uuid NOT NULL,
  series_id uuid NOT NULL,
  n bigint GENERATED ALWAYS AS IDENTITY,
  at timestamptz NOT NULL,
  kind text NOT NULL,
  task_id uuid,
  date text,
  detail text,
  PRIMARY KEY (workspace_id, series_id, n)
);

-- What is known of a task that recurs or reminds: its last version, its place in a series, and what a reminder tells of it.
CREATE TABLE tasks (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  version bigint NOT NULL,
  state text NOT NULL,
  series_id uuid,
  scheduled text,
  closed_at timestamptz,
  successor_date text,
  task json NOT NULL,
  reminders json NOT NULL,
  PRIMARY KEY (workspace_id, id)
);

-- One instant of one task reminds once: the pair is the key. Pending ones are the due-queue.
CREATE TABLE reminders (
  workspace_id uuid NOT NULL,
  task_id uuid NOT NULL,
  remind_at timestamptz(3) NOT NULL,
  event_id uuid NOT NULL,
  state text NOT NULL,
  fired_at timestamptz(3),
  PRIMARY KEY (workspace_id, task_id, remind_at)
);
CREATE INDEX reminders_pending ON reminders (remind_at) WHERE state = 'pending';

CREATE TABLE outbox (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  workspace_id uuid NOT NULL,
  event_id uuid NOT NULL,
  topic text NOT NULL,
  type text NOT NULL,
  body text NOT NULL,
  traceparent text,
  created_at timestamptz NOT NULL DEFAULT now()
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
