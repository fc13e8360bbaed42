-- Whether a later delivery goes instead is one entry of the index, however many deliveries of a task a channel had.
CREATE INDEX deliveries_in_merge_order ON deliveries (channel_id, merge_key, (coalesce(replayed_at, created_at)), id)
  WHERE merge_key IS NOT NULL AND status IN ('waiting', 'sent');
DROP INDEX deliveries_by_merge_key;
