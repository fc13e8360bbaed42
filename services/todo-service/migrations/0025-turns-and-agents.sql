-- The agent that acted for the person, as JSON, and the turn that a command belongs to: several commands that a person sees as one.
-- Undo finds commands by the first index, and the events of a turn, and what undid it, by the others: newest first. Command ids are
-- UUIDv7, so an index of them grows at its end.
ALTER TABLE events
  ADD COLUMN agent json,
  ADD COLUMN turn_id uuid,
  ADD COLUMN undoes_turn uuid;
CREATE INDEX events_of_command ON events (command_id);
CREATE INDEX events_of_turn ON events (workspace_id, turn_id, seq) WHERE turn_id IS NOT NULL;
CREATE INDEX events_that_undo_turn ON events (workspace_id, undoes_turn, seq) WHERE undoes_turn IS NOT NULL;

-- The turn of an import, whose events are many.
ALTER TABLE imports ADD COLUMN turn_id uuid;

-- A repeated request gets the id of the first one's command; null if that changed nothing, and in rows from before.
ALTER TABLE idempotency_keys ADD COLUMN command_id uuid;
