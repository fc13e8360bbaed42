-- The first answer to a request with an Idempotency-Key, written in the transaction of the change itself.
CREATE TABLE idempotency_keys (
  person_id uuid NOT NULL,
  route text NOT NULL,
  key text NOT NULL,
  request_hash bytea NOT NULL,
  status smallint NOT NULL,
  response text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (person_id, route, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- How many bytes of answers were kept for a person on the last day of one.
CREATE TABLE kept_answer_bytes (
  person_id uuid PRIMARY KEY,
  day date NOT NULL,
  bytes bigint NOT NULL
);
