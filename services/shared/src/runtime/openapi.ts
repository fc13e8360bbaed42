import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Options of the OpenAPI 3.1 document of a service: bearer tokens everywhere, named shapes under `components`. */
export function describeApi(service: string, description: string): FastifyDynamicSwaggerOptions {
  return {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: service,
        description,
        version: '1.0.0',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
      security: [{ bearer: [] }],
    },
    transform: ({ schema, url }) => ({ schema: keepNames(schema as Json) as never, url }),
    transformObject: (documented) =>
      'openapiObject' in documented
        ? (hoistNamedSchemas(documented.openapiObject as unknown as Json) as never)
        : {},
  };
}

const nameKeyword = 'x-shape';

/** The plugin drops `$id`: under another name it comes through to where the shapes are hoisted. */
function keepNames(node: Json): Json {
  if (Array.isArray(node)) return node.map((item) => keepNames(item));
  if (node === null || typeof node !== 'object') return node;
  const { $id: name, ...rest } = node;
  const kept = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, keepNames(value)]));
  return typeof name === 'string' ? { ...kept, [nameKeyword]: name } : kept;
}

/** Moves every schema that has an `$id` to `components.schemas` and puts a reference in its place. */
function hoistNamedSchemas(document: Json): Json {
  const schemas: { [name: string]: Json } = {};

  function visit(node: Json): Json {
    if (Array.isArray(node)) return node.map((item) => visit(item));
    if (node === null || typeof node !== 'object') return node;
    const { [nameKeyword]: name, ...rest } = node;
    const visited = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, visit(value)]));
    if (typeof name !== 'string') return visited;
    schemas[name] = visited;
    return { $ref: `#/components/schemas/${name}` };
  }

  const visited = visit(document) as { components: { [key: string]: Json } };
  return {
    ...visited,
    components: {
      ...visited.components,
      schemas: Object.fromEntries(
        Object.entries(schemas).toSorted(([left], [right]) => left.localeCompare(right)),
      ),
    },
  };
}
