type VersionOfTask = { workspace_id: string; task_id: string; version: number };

/**
 * The highest version of each task, ordered by workspace and task, so that concurrent deliveries lock rows in the same order.
 */
export function latestOfEach<Entry extends VersionOfTask>(entries: Entry[]): Entry[] {
  const latest = new Map<string, Entry>();
  for (const entry of entries) {
    const key = `${entry.workspace_id} ${entry.task_id}`;
    const known = latest.get(key);
    if (!known || known.version < entry.version) latest.set(key, entry);
  }
  return [...latest].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, entry]) => entry);
}
