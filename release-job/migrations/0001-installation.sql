-- What is decided once for the installation: one row.
CREATE TABLE installation (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  -- Of each topic with events. The partition of a workspace's events follows from it.
  partitions integer NOT NULL CHECK (partitions > 0),
  decided_at timestamptz NOT NULL DEFAULT now()
);
