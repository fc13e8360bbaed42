-- Which operator saw or redrove which dead letters, and when. They contain what people wrote.
CREATE TABLE dead_letter_accesses (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  accessed_at timestamptz NOT NULL DEFAULT now(),
  person_id uuid NOT NULL,
  action text NOT NULL CHECK (action IN ('list', 'redrive')),
  dead_letter_ids uuid[] NOT NULL
);
