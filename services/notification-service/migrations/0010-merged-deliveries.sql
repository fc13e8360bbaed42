-- Deliveries on a channel with one merge key are merged: the later one goes. It is the task of a reminder, and the channel of a
-- confirmation. `is_held`: quiet hours postponed it. `batch_id`: the id of the message that it was last sent in with others.
ALTER TABLE deliveries
  ADD COLUMN kind text NOT NULL DEFAULT 'notification' CHECK (kind IN ('notification', 'test', 'confirmation')),
  ADD COLUMN merge_key uuid,
  ADD COLUMN is_held boolean NOT NULL DEFAULT false,
  ADD COLUMN batch_id uuid,
  ADD COLUMN replayed_at timestamptz(3),
  ADD COLUMN outcome text CHECK (outcome IN ('confirmed', 'unknown'));
UPDATE deliveries SET kind = CASE title WHEN 'Confirm this address for Rondo reminders' THEN 'confirmation' ELSE 'test' END
  WHERE notification_id IS NULL;
UPDATE deliveries SET merge_key = task_id, is_held = attempts = 0 AND next_attempt_at > now()
  FROM notifications entry WHERE entry.id = notification_id AND status = 'waiting';
CREATE INDEX deliveries_by_merge_key ON deliveries (channel_id, merge_key) WHERE merge_key IS NOT NULL;
-- The next one of a channel is one row of the index, however many wait.
DROP INDEX deliveries_waiting_by_channel;
CREATE INDEX deliveries_waiting_by_channel ON deliveries (channel_id, next_attempt_at, id) WHERE status = 'waiting';

-- Answers in a row with which the receiver refused a message.
ALTER TABLE channels ADD COLUMN refusals integer NOT NULL DEFAULT 0;
