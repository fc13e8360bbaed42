-- The occurrences after the current one, computed when the series changes. Null: not computed yet, as in every row from
-- before this migration. A worker computes those in batches.
ALTER TABLE series ADD COLUMN next_occurrences json;
CREATE INDEX series_without_next_occurrences ON series (workspace_id, id) WHERE next_occurrences IS NULL;
