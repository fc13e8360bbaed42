-- What only clients know of a task counts as bytes of its workspace, too: `bytes` is what was counted of a row.
ALTER TABLE calendar_objects ADD COLUMN bytes integer NOT NULL DEFAULT 0;
UPDATE calendar_objects SET bytes = octet_length(extra::text) WHERE extra::text <> 'null';
UPDATE workspaces SET bytes = workspaces.bytes + held.bytes
FROM (SELECT workspace_id, sum(bytes) AS bytes FROM calendar_objects GROUP BY workspace_id) held
WHERE held.workspace_id = workspaces.id;
