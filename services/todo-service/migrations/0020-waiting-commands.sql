-- Commands of recurrence that were delivered and not carried out yet. Workspaces take turns, so that the commands of one don't
-- hold back those of others; the commands of a workspace stay in order.
CREATE TABLE waiting_commands (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  workspace_id uuid NOT NULL,
  command json NOT NULL,
  traceparent text,
  failures smallint NOT NULL DEFAULT 0
);
CREATE INDEX waiting_commands_in_turn ON waiting_commands (workspace_id, id);
