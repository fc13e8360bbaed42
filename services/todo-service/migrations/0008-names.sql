-- The names of labels and lists that a workspace has used, to count them when one is added.
CREATE TABLE names (
  workspace_id uuid NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  PRIMARY KEY (workspace_id, kind, name)
);
INSERT INTO names (workspace_id, kind, name)
SELECT workspace_id, 'list', list FROM tasks WHERE list IS NOT NULL
UNION
SELECT workspace_id, 'label', jsonb_array_elements_text(labels) FROM tasks;
