-- Retention deletes the oldest rows first, a batch at a time.
CREATE INDEX inbox_by_age ON inbox (handled_at);
CREATE INDEX dead_letters_by_end ON dead_letters ((coalesce(redriven_at, received_at)));
DROP INDEX deliveries_by_age;
CREATE INDEX deliveries_by_age ON deliveries (created_at) WHERE status <> 'waiting';
DROP INDEX notifications_by_age;
CREATE INDEX notifications_by_age ON notifications (created_at) WHERE snoozed_until IS NULL;
