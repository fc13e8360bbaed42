/** The fields that identify the subject of an event. They are added to the spans and log lines of the event. */
const identifierFields = ['workspace_id', 'task_id'] as const;

export type Identifiers = Partial<Record<(typeof identifierFields)[number], string>>;

/** Returns the identifiers that are in the data of an event. */
export function identifiersIn(data: unknown): Identifiers {
  if (typeof data !== 'object' || data === null) return {};
  const found: Identifiers = {};
  for (const name of identifierFields) {
    const id: unknown = (data as Record<string, unknown>)[name];
    if (typeof id === 'string') found[name] = id;
  }
  return found;
}
