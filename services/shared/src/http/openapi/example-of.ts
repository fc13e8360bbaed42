import { exampleIds } from '../../contracts/example-ids.ts';
import { isObject, type Json } from './document.ts';
import { examplesKeyword } from './published-schema.ts';

const formats: Record<string, Json> = {
  date: '2027-02-01',
  'date-time': '2027-02-01T08:00:00Z',
  uuid: exampleIds.event,
  email: 'ada@example.com',
  uri: 'https://example.com/hook',
};

/**
 * An example of a schema: its own, or one made from those of its parts. Optional properties without one are left out. A string
 * without one is `text`, which the tests of the contracts refuse.
 */
export function exampleOf(schema: Json | undefined): Json {
  if (!isObject(schema)) return null;
  const {
    [examplesKeyword]: examples,
    default: initial,
    const: constant,
    enum: values,
    anyOf,
    allOf,
    properties,
    items,
  } = schema;
  if (Array.isArray(examples) && examples.length > 0) return examples[0] as Json;
  if (initial !== undefined) return initial;
  if (constant !== undefined) return constant;
  if (Array.isArray(values)) return values[0] ?? null;
  if (Array.isArray(anyOf)) return exampleOf(anyOf[0]);
  if (Array.isArray(allOf)) return Object.assign({}, ...allOf.map((part) => exampleOf(part))) as Json;
  if (isObject(properties)) return objectExample(schema, properties);
  return scalarExample(schema, items);
}

function objectExample({ required }: { [key: string]: Json }, properties: { [key: string]: Json }): Json {
  const needed = Array.isArray(required) ? required : [];
  const shown = Object.entries(properties).filter(
    ([name, part]) => needed.includes(name) || hasExample(part),
  );
  return Object.fromEntries(shown.map(([name, part]) => [name, exampleOf(part)]));
}

function hasExample(schema: Json): boolean {
  return isObject(schema) && Array.isArray(schema[examplesKeyword]);
}

function scalarExample({ type, format, minimum }: { [key: string]: Json }, items: Json | undefined): Json {
  if (type === 'array') return items === undefined ? [] : [exampleOf(items)];
  if (type === 'integer' || type === 'number') return typeof minimum === 'number' ? Math.max(minimum, 1) : 1;
  if (type === 'boolean') return true;
  if (type === 'object') return {};
  if (type === 'string') return (typeof format === 'string' ? formats[format] : undefined) ?? 'text';
  return null;
}
