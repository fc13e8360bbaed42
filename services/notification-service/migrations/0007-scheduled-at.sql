-- When `next_attempt_at` was decided, by the clock of that time: if it is in the future, the clock was set back. Null in rows from
-- before this migration.
ALTER TABLE deliveries ADD COLUMN scheduled_at timestamptz(3);
