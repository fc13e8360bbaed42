-- What a workspace has used of its quotas. The counts of a day (UTC) belong to `day`, and begin again with the next one.
ALTER TABLE workspaces
  ADD COLUMN bytes bigint NOT NULL DEFAULT 0,
  ADD COLUMN day date NOT NULL DEFAULT '1970-01-01',
  ADD COLUMN events_of_day integer NOT NULL DEFAULT 0,
  ADD COLUMN imports_of_day integer NOT NULL DEFAULT 0;
UPDATE workspaces SET bytes = held.bytes
FROM (SELECT workspace_id, sum(octet_length(task::text)) AS bytes FROM tasks GROUP BY workspace_id) held
WHERE held.workspace_id = workspaces.id;
