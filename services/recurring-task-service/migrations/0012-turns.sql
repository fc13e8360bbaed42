-- For turns of workspaces: what is due, and what waits to be published, of each one.
CREATE INDEX reminders_pending_by_workspace ON reminders (workspace_id, remind_at) WHERE state = 'pending';
CREATE INDEX outbox_by_workspace ON outbox (workspace_id, id);
