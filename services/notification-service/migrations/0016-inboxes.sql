-- How many notifications arrived in the inbox of a workspace: on the last day of one, and since it was last cut to what is kept.
CREATE TABLE inboxes (
  workspace_id uuid PRIMARY KEY,
  day date NOT NULL,
  arrived integer NOT NULL,
  unchecked integer NOT NULL
);
CREATE INDEX inboxes_to_trim ON inboxes (workspace_id) WHERE unchecked >= 500;
INSERT INTO inboxes (workspace_id, day, arrived, unchecked)
  SELECT workspace_id, current_date, 0, count(*) FROM notifications GROUP BY workspace_id HAVING count(*) >= 500;
