import type { TSchema } from 'typebox';

type Property = { name: string; initial: unknown; convert: (value: unknown) => unknown };
type JsonSchema = TSchema & {
  type?: string;
  items?: JsonSchema;
  default?: unknown;
  properties?: Record<string, JsonSchema>;
};

/**
 * Prepares the conversion of text values (of an environment, a query string, a path) to the types of an object schema, with
 * its defaults. A value that can't be converted stays as it is, so that validation rejects it. Nothing is rounded.
 */
export function textConverter(schema: TSchema): (given: unknown) => unknown {
  const properties = Object.entries((schema as JsonSchema).properties ?? {}).map(
    ([name, property]): Property => ({ name, initial: property.default, convert: conversionTo(property) }),
  );
  return (given) => {
    if (typeof given !== 'object' || given === null) return given;
    const values: Record<string, unknown> = { ...given };
    for (const { name, initial, convert } of properties) {
      const value = values[name];
      if (value !== undefined) values[name] = convert(value);
      else if (initial !== undefined) values[name] = initial;
    }
    return values;
  };
}

function conversionTo({ type, items }: JsonSchema): Property['convert'] {
  if (type === 'integer' || type === 'number') return toNumber;
  if (type === 'boolean') return toBoolean;
  if (type !== 'array') return (value) => value;
  const convert = conversionTo(items ?? {});
  return (value) => (Array.isArray(value) ? value : [value]).map((item) => convert(item));
}

const decimal = /^-?\d+(\.\d+)?$/;

function toNumber(value: unknown): unknown {
  return typeof value === 'string' && decimal.test(value) ? Number(value) : value;
}

function toBoolean(value: unknown): unknown {
  return value === 'true' ? true : value === 'false' ? false : value;
}
