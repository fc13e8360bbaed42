-- Without statistics of this column, the planner expects as many events of each workspace. With them, it expects one event of a
-- workspace that ANALYZE has not seen, takes any index that begins with the workspace, and reads all events of the workspace for each one.
ALTER TABLE events ALTER COLUMN workspace_id SET STATISTICS 0;
DO $$
BEGIN
  IF current_setting('server_version_num')::int >= 180000 THEN
    PERFORM pg_clear_attribute_stats('todo_service', 'events', 'workspace_id', false);
  ELSE
    -- Only removes the statistics: the type is the same.
    ALTER TABLE todo_service.events ALTER COLUMN workspace_id TYPE uuid;
  END IF;
END $$;
