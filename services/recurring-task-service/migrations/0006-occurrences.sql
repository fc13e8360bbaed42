-- Which task a subtask is below: while its parent is part of an open series, the parent's successor brings the next one.
ALTER TABLE tasks ADD COLUMN parent_id uuid;
-- The occurrence before: it is the current one again after this one was revoked.
ALTER TABLE tasks ADD COLUMN follows_id uuid;
