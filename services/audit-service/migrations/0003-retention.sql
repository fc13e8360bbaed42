-- Retention deletes the oldest rows first, a batch at a time.
CREATE INDEX inbox_by_age ON inbox (handled_at);
CREATE INDEX dead_letters_by_end ON dead_letters ((coalesce(redriven_at, received_at)));
