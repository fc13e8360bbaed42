import type { Json, JsonObject, OpenApiDocument } from './document.ts';
import { examplesKeyword, nameKeyword } from './published-schema.ts';

/** Moves every schema that had an `$id` to `components.schemas` and puts a reference in its place. */
export function hoistNamedSchemas(document: OpenApiDocument): OpenApiDocument {
  const schemas: JsonObject = {};

  function visit(node: Json): Json {
    if (Array.isArray(node)) return node.map((item) => visit(item));
    if (node === null || typeof node !== 'object') return node;
    const { [nameKeyword]: name, [examplesKeyword]: examples, ...rest } = node;
    const visited = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, visit(value)]));
    if (examples !== undefined) visited['examples'] = examples;
    if (typeof name !== 'string') return visited;
    schemas[name] = visited;
    return { $ref: `#/components/schemas/${name}` };
  }

  const visited = visit(document) as unknown as OpenApiDocument;
  const sorted = Object.entries(schemas).toSorted(([left], [right]) => left.localeCompare(right));
  return { ...visited, components: { ...visited.components, schemas: Object.fromEntries(sorted) } };
}
