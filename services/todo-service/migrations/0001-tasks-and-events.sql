-- A workspace's head: its row lock gives the workspace's events a gapless, commit-ordered seq, and counts its tasks.
CREATE TABLE workspaces (
  id uuid PRIMARY KEY,
  seq bigint NOT NULL DEFAULT 0,
  pruned_seq bigint NOT NULL DEFAULT 0,
  pending bigint NOT NULL DEFAULT 0,
  in_progress bigint NOT NULL DEFAULT 0,
  complete bigint NOT NULL DEFAULT 0,
  trashed bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

-- The task as it is published is stored as one document; the columns to search by are generated from it, so that
-- they can't disagree. due_at is given by the service, because which instant an all-day date begins at depends on a zone.
CREATE TABLE tasks (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  version bigint NOT NULL,
  task json NOT NULL,
  due_at timestamptz,
  status text NOT NULL GENERATED ALWAYS AS (task ->> 'status') STORED,
  priority smallint NOT NULL GENERATED ALWAYS AS ((task ->> 'priority')::smallint) STORED,
  list text GENERATED ALWAYS AS (task ->> 'list') STORED,
  labels jsonb NOT NULL GENERATED ALWAYS AS ((task ->> 'labels')::jsonb) STORED,
  parent_id uuid GENERATED ALWAYS AS ((task ->> 'parent_id')::uuid) STORED,
  created_at text COLLATE "C" NOT NULL GENERATED ALWAYS AS (task ->> 'created_at') STORED,
  deleted_at text COLLATE "C" GENERATED ALWAYS AS (task ->> 'deleted_at') STORED,
  search tsvector NOT NULL GENERATED ALWAYS AS (
    to_tsvector('simple', (task ->> 'title') || ' ' || coalesce(task ->> 'description', ''))
  ) STORED,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX tasks_by_creation ON tasks (workspace_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX tasks_by_due ON tasks (workspace_id, due_at, id) WHERE deleted_at IS NULL AND due_at IS NOT NULL;
CREATE INDEX tasks_by_parent ON tasks (workspace_id, parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX tasks_in_trash ON tasks (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX tasks_by_words ON tasks USING gin (search);

-- Outbox and change feed at once: published_at is null until both topics have the event; rows stay for the feed.
CREATE TABLE events (
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  workspace_id uuid NOT NULL,
  seq bigint NOT NULL,
  event_id uuid NOT NULL,
  event_type text NOT NULL,
  task_id uuid NOT NULL,
  version bigint NOT NULL,
  actor_id uuid NOT NULL,
  actor_source text NOT NULL,
  command_id uuid NOT NULL,
  undoes uuid,
  occurred_at text COLLATE "C" NOT NULL,
  changed json NOT NULL,
  payload json NOT NULL,
  traceparent text,
  published_at timestamptz,
  PRIMARY KEY (workspace_id, seq)
);
CREATE UNIQUE INDEX events_of_task ON events (workspace_id, task_id, version);
CREATE INDEX events_unpublished ON events (id) WHERE published_at IS NULL;

-- The first answer to a request with an Idempotency-Key, written in the transaction of the change itself.
CREATE TABLE idempotency_keys (
  person_id uuid NOT NULL,
  route text NOT NULL,
  key text NOT NULL,
  request_hash bytea NOT NULL,
  status smallint NOT NULL,
  response text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (person_id, route, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
