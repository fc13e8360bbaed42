-- What is to be published, in a table of its own: a mark in the event would rewrite its whole row. An event leaves the
-- outbox when both topics have it, and stays in the feed.
CREATE TABLE outbox (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  workspace_id uuid NOT NULL,
  seq bigint NOT NULL
);
INSERT INTO outbox (workspace_id, seq) SELECT workspace_id, seq FROM events WHERE published_at IS NULL ORDER BY id;
ALTER TABLE events DROP COLUMN published_at, DROP COLUMN id;

-- Undo asks which commands were taken back; few were.
CREATE INDEX events_that_undo ON events (workspace_id, undoes) WHERE undoes IS NOT NULL;

-- The one statement that writes tasks takes these from the document, which it reads once; nine generated columns read
-- it nine times.
ALTER TABLE tasks
  ALTER COLUMN status DROP EXPRESSION,
  ALTER COLUMN priority DROP EXPRESSION,
  ALTER COLUMN list DROP EXPRESSION,
  ALTER COLUMN labels DROP EXPRESSION,
  ALTER COLUMN parent_id DROP EXPRESSION,
  ALTER COLUMN created_at DROP EXPRESSION,
  ALTER COLUMN deleted_at DROP EXPRESSION,
  ALTER COLUMN search DROP EXPRESSION;

-- Words wait in a list until it is full, and then one write takes them all into the index: 64 KiB keeps that short, and
-- short the list that each search reads besides.
ALTER INDEX tasks_by_words SET (gin_pending_list_limit = 64);
