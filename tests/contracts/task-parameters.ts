import { v7 } from 'uuid';
import { describeServices } from '../../scripts/describe-services.ts';

type Schema = {
  format?: string;
  pattern?: string;
  $ref?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
};
type Parameter = { name: string; in: string; schema: Schema };
type Operation = {
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: Schema; example?: unknown }> };
};
type Document = {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};

/** A parameter in the path or the query of a route, and an example of the body of the route. */
export type RouteParameter = {
  service: string;
  method: string;
  path: string;
  name: string;
  place: string;
  schema: Schema;
  body: unknown;
};

const described = (await describeServices()).map(({ service, document }) => ({
  service,
  document: document as unknown as Document,
}));

/** Every parameter in paths and queries, as the OpenAPI documents of the services have it. */
export const routeParameters: RouteParameter[] = described.flatMap(({ service, document }) =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { parameters = [], requestBody }]) =>
      parameters
        .filter((parameter) => ['path', 'query'].includes(parameter.in))
        .map(({ name, in: place, schema }) => ({
          service,
          method: method.toUpperCase(),
          path,
          name,
          place,
          schema,
          body: requestBody?.content['application/json']?.example,
        })),
    ),
  ),
);

/** The names of the properties of request bodies that are UUIDs, at any depth. */
export const idsInBodies: string[] = described.flatMap(({ service, document }) =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { requestBody }]) =>
      Object.values(requestBody?.content ?? {}).flatMap(({ schema }) =>
        idsIn(schema, document).map((name) => `${name} of ${service} ${method.toUpperCase()} ${path}`),
      ),
    ),
  ),
);

function idsIn(
  { $ref: reference, properties = {}, items, anyOf = [] }: Schema,
  document: Document,
): string[] {
  const referred =
    reference === undefined ? undefined : document.components.schemas[reference.split('/').at(-1) ?? ''];
  return [
    ...Object.entries(properties).flatMap(([name, schema]) => [
      ...(isId(schema) ? [name] : []),
      ...idsIn(schema, document),
    ]),
    ...[...(referred ? [referred] : []), ...(items ? [items] : []), ...anyOf].flatMap((schema) =>
      idsIn(schema, document),
    ),
  ];
}

/** Whether a schema asks for a UUID. */
export function isId({ format, anyOf = [] }: Schema): boolean {
  return format === 'uuid' || anyOf.some((schema) => isId(schema));
}

/** Whether a schema asks for the id of a task or its number. */
export function isTaskReference({ pattern, anyOf = [] }: Schema): boolean {
  if (pattern === undefined) return anyOf.some((schema) => isTaskReference(schema));
  const admits = (text: string) => new RegExp(pattern).test(text);
  return admits(v7()) && admits('#12') && !admits('12');
}

/** What a parameter is the id of: its name, or for an `{id}` the collection before it. */
export function thingOf({ name, path }: RouteParameter): string {
  if (name !== 'id') return name;
  const parts = path.split('/');
  const collection = parts.at(parts.indexOf('{id}') - 1) ?? '';
  return parts.includes('dead-letters') ? 'dead-letters' : collection;
}
