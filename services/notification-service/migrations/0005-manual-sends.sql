-- Tests and replays of a workspace in the hour that it last sent one. A row for each would be counted before it is written by
-- requests that come together.
CREATE TABLE manual_sends (
  workspace_id uuid PRIMARY KEY,
  hour timestamptz NOT NULL,
  sends integer NOT NULL
);
