import type { TSchema } from 'typebox';
import { exampleOf } from '@rondo/shared/http/openapi/example-of';
import { publishedSchema } from '@rondo/shared/http/openapi/published-schema';
import type { Json } from '@rondo/shared/http/openapi/document';

type Shape = { name: string; of: (bytes: number) => unknown };

/** Contents that were costly to refuse, or could be. */
const shapes: Shape[] = [
  { name: 'a long text', of: (bytes) => `${'a'.repeat(bytes)}\u0000` },
  { name: 'a text of spaces', of: (bytes) => `${' '.repeat(bytes)}\u0000` },
  { name: 'a long fraction', of: (bytes) => `2027-01-01T00:00:00.${'0'.repeat(bytes)}Z` },
  { name: 'combining characters', of: (bytes) => `a${'\u0301'.repeat(bytes / 2)}` },
  { name: 'equal items', of: (bytes) => Array.from({ length: bytes / 4 }, () => 'a') },
  { name: 'different items', of: (bytes) => Array.from({ length: bytes / 8 }, (_, n) => `a${n}`) },
  { name: 'nested lists', of: (bytes) => nested(bytes / 2) },
  {
    name: 'unknown fields',
    of: (bytes) => Object.fromEntries(Array.from({ length: bytes / 16 }, (_, n) => [`unknown${n}`, 1])),
  },
  { name: 'a long name', of: (bytes) => ({ ['n'.repeat(bytes)]: 1 }) },
];

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
}

const small = 8 * 1024;
const factor = 8;
/** Between the ratio of a linear cost, which is 8, and that of a quadratic one, which is 64. */
const suspicious = 30;

/**
 * Refuses each shape of content at each place of a value of the schema, in two sizes.
 * @returns a content whose cost grew more than in proportion; undefined if there is none
 */
export function costlyRefusal(
  schema: TSchema,
  refuse: (value: unknown) => void,
): { shape: string; ratio: number } | undefined {
  const values = placesIn(schema).flatMap(({ path, put }) =>
    shapes.map(({ name, of }) => ({ shape: `${name} at ${path}`, of: (bytes: number) => put(of(bytes)) })),
  );
  for (const { shape, of } of values) {
    const [few, many] = [of(small), of(small * factor)];
    const measured = () =>
      fastest(() => refuse(many)) /
      Math.max(
        fastest(() => refuse(few)),
        1,
      );
    // A machine under load interrupts a measurement: only a ratio that stays is one.
    const ratios: number[] = [measured()];
    while (ratios.length < 4 && Math.min(...ratios) > suspicious) ratios.push(measured());
    const ratio = Math.min(...ratios);
    if (ratio > suspicious) return { shape, ratio };
  }
  return undefined;
}

/** Milliseconds, of the fastest of three runs: the others were interrupted. */
function fastest(run: () => void): number {
  const times = [1, 2, 3].map(() => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return Math.min(...times);
}

type Place = { path: string; put: (content: unknown) => unknown };

/** The value itself, each of its fields, and each field of the first item of its lists. */
function placesIn(schema: TSchema): Place[] {
  const places: Place[] = [{ path: 'the value', put: (content) => content }];
  const branches = 'anyOf' in schema ? (schema.anyOf as TSchema[]) : [schema];
  for (const branch of branches) {
    const example = exampleOf(publishedSchema(JSON.parse(JSON.stringify(branch)) as Json));
    const { properties } = branch as { properties?: Record<string, TSchema> };
    for (const [name, property] of Object.entries(properties ?? {})) {
      const put = (content: unknown) => ({ ...(example as object), [name]: content });
      places.push({ path: name, put });
      const { items } = property as { items?: TSchema };
      if (items && 'anyOf' in items)
        places.push(
          ...placesIn(items).map((place) => ({
            path: `${name}/0/${place.path}`,
            put: (content: unknown) => put([place.put(content)]),
          })),
        );
      if (items) places.push({ path: `${name}/0`, put: (content) => put([content]) });
    }
  }
  return places;
}
