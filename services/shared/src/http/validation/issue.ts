/** What the validator says of one keyword of one schema: `schemaPath` leads to the schema, `instancePath` to the value. */
export type Issue = {
  keyword: string;
  schemaPath: string;
  instancePath: string;
  message?: string;
  params?: Record<string, unknown>;
};

export type JsonSchema = { [keyword: string]: unknown };

/** The schema that a path such as `#/properties/due_date/anyOf/0` leads to. */
export function schemaAt(root: JsonSchema, path: string): JsonSchema {
  const keys = path
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const found = keys.reduce<unknown>((node, key) => (node as JsonSchema | undefined)?.[key], root);
  return (found ?? {}) as JsonSchema;
}
