-- A record of a partition; offsets of a partition begin at 0 and have no gap.
CREATE TABLE records (
  topic text NOT NULL,
  partition smallint NOT NULL,
  "offset" bigint NOT NULL,
  key text,
  value text NOT NULL,
  headers json NOT NULL,
  appended_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (topic, partition, "offset")
);
CREATE INDEX records_by_age ON records USING brin (appended_at);

-- The next offset that a group has not acknowledged yet.
CREATE TABLE group_offsets (
  consumer_group text NOT NULL,
  topic text NOT NULL,
  partition smallint NOT NULL,
  next_offset bigint NOT NULL,
  PRIMARY KEY (consumer_group, topic, partition)
) WITH (fillfactor = 50);

-- Dapr's state of all apps; keys carry the app id in front.
CREATE TABLE state (
  key text PRIMARY KEY,
  value json NOT NULL,
  etag uuid NOT NULL DEFAULT gen_random_uuid(),
  expires_at timestamptz
);
CREATE INDEX state_by_expiry ON state (expires_at) WHERE expires_at IS NOT NULL;
