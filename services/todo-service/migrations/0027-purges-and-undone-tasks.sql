-- Undo asks of each event whether its task was deleted for good, and of those of an import whether their task was undone. A task may
-- have a hundred thousand versions: each question is one look into an index. The second one replaces events_that_undo.
CREATE INDEX events_of_purges ON events (workspace_id, task_id, version) WHERE event_type = 'task-purged';
CREATE INDEX events_that_undo_task ON events (workspace_id, undoes, task_id) WHERE undoes IS NOT NULL;
DROP INDEX events_that_undo;

-- The events of an import are read in slices, latest first.
CREATE INDEX events_of_command_by_seq ON events (command_id, seq);
DROP INDEX events_of_command;
