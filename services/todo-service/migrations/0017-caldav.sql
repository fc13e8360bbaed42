-- App passwords sign clients in that send no token: only the hash is kept, as of calendar feeds.
CREATE TABLE app_passwords (
  id uuid PRIMARY KEY,
  person_id uuid NOT NULL,
  workspace_id uuid NOT NULL,
  name text NOT NULL,
  password_hash bytea NOT NULL UNIQUE,
  created_at timestamptz NOT NULL,
  last_used_at timestamptz
);
CREATE INDEX app_passwords_of_person ON app_passwords (person_id, id);

-- What CalDAV clients say of a task beyond its fields: the name and UID that they gave it, and their own properties. A row
-- outlives its task, so that clients learn the name of what was removed. A workspace's revisions are committed in their order,
-- because its commands lock each other out.
CREATE TABLE calendar_objects (
  workspace_id uuid NOT NULL,
  task_id uuid NOT NULL,
  name text COLLATE "C" NOT NULL,
  uid text COLLATE "C" NOT NULL,
  extra json NOT NULL,
  revision bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  PRIMARY KEY (workspace_id, task_id),
  UNIQUE (workspace_id, name)
);
CREATE INDEX calendar_objects_by_uid ON calendar_objects (workspace_id, uid);
CREATE INDEX calendar_objects_by_revision ON calendar_objects (workspace_id, revision);
