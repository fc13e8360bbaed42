-- How many bytes the events of `day` and the kept answers of its requests have.
ALTER TABLE workspaces ADD COLUMN event_bytes_of_day bigint NOT NULL DEFAULT 0;
