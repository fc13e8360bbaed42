import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';

/**
 * Text values (of an environment, a query string, a path) as the types that a schema asks for, with its defaults.
 * A number that would lose something on the way (`1.5` as an integer) stays text, for the schema to refuse.
 */
export function convertText(schema: TSchema, given: unknown): unknown {
  if (!isRecord(given)) return given;
  const converted: unknown = Value.Convert(schema, Value.Default(schema, { ...given }));
  if (!isRecord(converted)) return converted;
  for (const [name, value] of Object.entries(converted)) {
    if (typeof value === 'number' && name in given && Number(given[name]) !== value)
      converted[name] = given[name];
  }
  return converted;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
