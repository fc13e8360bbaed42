-- For turns of workspaces: the snoozes that end, and what waits to be published, of each one.
CREATE INDEX notifications_snoozed_by_workspace ON notifications (workspace_id, snoozed_until) WHERE snoozed_until IS NOT NULL;
CREATE INDEX settings_outbox_by_workspace ON settings_outbox (workspace_id, id);
