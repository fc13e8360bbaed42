-- The id of the history that the events belong to. A restore gives it a new one, so that clients that know events from after
-- the backup learn that those never happened.
CREATE TABLE history (id uuid NOT NULL);
CREATE UNIQUE INDEX history_has_one_row ON history ((true));

-- Begins a new history, after a restore. Its id is a UUIDv7 (RFC 9562 section 5.7) that is greater than the one before, even
-- if the clock was set back: replicas tell by the order of two ids which history is the later one.
CREATE FUNCTION start_history() RETURNS uuid LANGUAGE sql
BEGIN ATOMIC
  UPDATE history SET id = encode(set_bit(set_bit(overlay(
    uuid_send(gen_random_uuid()) PLACING substring(int8send(greatest(
      (extract(epoch FROM clock_timestamp()) * 1000)::bigint,
      ('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint + 1
    )) FROM 3) FROM 1 FOR 6
  ), 52, 1), 53, 1), 'hex')::uuid
  RETURNING id;
END;

INSERT INTO history (id) VALUES ('00000000-0000-7000-8000-000000000000');
SELECT start_history();
