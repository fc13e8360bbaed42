/** The fields of events that identify what they are about. Spans and log lines of an event have them. */
const identifierFields = ['workspace_id', 'task_id'] as const;

export type Identifiers = Partial<Record<(typeof identifierFields)[number], string>>;

/** The identifiers that an event's data has. */
export function identifiersIn(data: unknown): Identifiers {
  if (typeof data !== 'object' || data === null) return {};
  const found: Identifiers = {};
  for (const name of identifierFields) {
    const id: unknown = (data as Record<string, unknown>)[name];
    if (typeof id === 'string') found[name] = id;
  }
  return found;
}
