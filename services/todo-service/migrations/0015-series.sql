-- Each series as Recurring publishes it, for calendars. An older version changes nothing.
CREATE TABLE series (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  version bigint NOT NULL,
  state json NOT NULL,
  PRIMARY KEY (workspace_id, id)
);

-- How often the series of a workspace changed, for the ETag of its calendar. The row of `workspaces` would make commands wait.
CREATE TABLE series_changes (
  workspace_id uuid PRIMARY KEY,
  changes bigint NOT NULL
);
