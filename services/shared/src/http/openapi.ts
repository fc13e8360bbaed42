import { STATUS_CODES } from 'node:http';
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * Options of the OpenAPI 3.1 document of a service: bearer tokens on all but public routes, named shapes under
 * `components`, errors as problem+json.
 */
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
    transform: ({ schema, url, route }) => ({
      schema: { ...(keepNames(schema as Json) as object), ...(route.config?.public ? { security: [] } : {}) },
      url,
    }),
    transformObject: (documented) =>
      'openapiObject' in documented
        ? nameAnswers(hoistNamedSchemas(documented.openapiObject as unknown as Json))
        : {},
  };
}

type Answer = { description: string; content?: { [mediaType: string]: { schema: Json } } };
type Document = {
  paths: { [path: string]: { [method: string]: { responses: { [status: string]: Answer } } } };
  components: { [kind: string]: Json };
};

const nameKeyword = 'x-shape';
const problemRef = '#/components/schemas/Problem';

/** The plugin drops `$id`: under another name it comes through to where the shapes are hoisted. */
function keepNames(node: Json): Json {
  if (Array.isArray(node)) return node.map((item) => keepNames(item));
  if (node === null || typeof node !== 'object') return node;
  const { $id: name, ...rest } = node;
  const kept = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, keepNames(value)]));
  return typeof name === 'string' ? { ...kept, [nameKeyword]: name } : kept;
}

/** Moves every schema that has an `$id` to `components.schemas` and puts a reference in its place. */
function hoistNamedSchemas(document: Json): Document {
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

  const visited = visit(document) as Document;
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

/** Calls each answer by the name of its status, and gives errors the media type that they are sent with. */
function nameAnswers(document: Document): Document {
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  for (const { responses } of operations) {
    for (const [status, answer] of Object.entries(responses)) {
      answer.description = STATUS_CODES[status] ?? answer.description;
      const [schema] = Object.values(answer.content ?? {}).map((content) => content.schema);
      if (isProblem(schema)) answer.content = { 'application/problem+json': { schema } };
    }
  }
  return document;
}

function isProblem(schema: Json | undefined): schema is { $ref: string } {
  return typeof schema === 'object' && schema !== null && '$ref' in schema && schema['$ref'] === problemRef;
}
