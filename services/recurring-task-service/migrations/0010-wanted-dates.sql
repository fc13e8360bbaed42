-- A successor's date that takes long is computed by a worker. `wanted_after`: up to when dates have passed. `wanted_by`: who closed
-- the occurrence.
ALTER TABLE series ADD COLUMN wanted_after timestamptz(3), ADD COLUMN wanted_by uuid;
CREATE INDEX series_with_wanted_date ON series (workspace_id, wanted_after) WHERE wanted_after IS NOT NULL;
