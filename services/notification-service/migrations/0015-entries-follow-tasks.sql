-- An entry is settled and read by what is known of its task: the end of a task writes no entry, however many name it.
-- `settled_version`: the version by which the task last became done or deleted; 0 if it never did, or did before this migration.
-- `settled_at`: when that event was processed.
ALTER TABLE followed_tasks
  ADD COLUMN settled_version bigint NOT NULL DEFAULT 0,
  ADD COLUMN settled_at timestamptz(3);
-- That of its task when the entry appeared: a later one made the entry read. `settled` stays for replicas of the release before.
ALTER TABLE notifications ADD COLUMN settled_version bigint NOT NULL DEFAULT 0;
