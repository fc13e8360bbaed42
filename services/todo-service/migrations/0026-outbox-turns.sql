-- For turns of workspaces.
CREATE INDEX outbox_by_workspace ON outbox (workspace_id, id);
