import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import type { FastifySchema } from 'fastify';
import type { ErrorCode } from '../../contracts/error-codes.ts';
import { apiVersion } from '../../contracts/health.ts';
import { addExamples } from './add-examples.ts';
import { describeProblems } from './describe-problems.ts';
import { addAnswerHeaders } from './add-answer-headers.ts';
import type { AnswerHeaders, Json, OpenApiDocument } from './document.ts';
import { hoistNamedSchemas } from './hoist-named-schemas.ts';
import { operationIdOf } from './operation-id.ts';
import { problemCodesOf } from './problem-codes.ts';
import { publishedSchema } from './published-schema.ts';

declare module 'fastify' {
  interface FastifySchema {
    /** Examples of the operation. A missing one of JSON is made from the examples of the schemas. */
    example?: { request?: unknown; response?: unknown };
    /** The codes of the problems that the operation answers, besides those that follow from its schema. */
    problems?: ErrorCode[];
    /** The headers of its successful answers. */
    answerHeaders?: AnswerHeaders;
  }
}

/**
 * Options of the OpenAPI 3.1 document of a service: bearer tokens on all but public routes, named shapes under
 * `components`, an id and examples for each operation, errors as problem+json with their codes.
 */
export function describeApi(service: string, description: string): FastifyDynamicSwaggerOptions {
  return {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: service,
        description,
        version: apiVersion,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
      security: [{ bearer: [] }],
    },
    transform: ({ schema, url, route }) => ({
      schema: {
        operationId: operationIdOf(String(route.method), url),
        ...publishedRoute(schema),
        ...({ 'x-problems': problemCodesOf(schema ?? {}, [route.method].flat(), route.config) } as object),
        ...(route.config?.public ? { security: [] } : {}),
      },
      url,
    }),
    transformObject: (documented) => {
      if (!('openapiObject' in documented)) return {};
      const document = documented.openapiObject as unknown as OpenApiDocument;
      return hoistNamedSchemas(describeProblems(addAnswerHeaders(addExamples(document))));
    },
  };
}

/** The schema of a route as the plugin takes it: only keys that start with `x-` come through. */
function publishedRoute({
  example,
  answerHeaders,
  problems: _problems,
  ...schema
}: FastifySchema = {}): FastifySchema {
  const inputs = ['querystring', 'params', 'headers'] as const;
  const optional = Object.fromEntries(
    inputs.filter((part) => schema[part]).map((part) => [part, withOptionalDefaults(schema[part] as Json)]),
  );
  return {
    ...(publishedSchema({ ...schema, ...optional } as unknown as Json) as object),
    ...({ 'x-example': example, 'x-answer-headers': answerHeaders } as object),
  };
}

/** A parameter that has a default may be left out. */
function withOptionalDefaults(schema: Json): Json {
  const { required = [], properties = {} } = schema as {
    required?: string[];
    properties?: Record<string, { default?: unknown }>;
  };
  return {
    ...(schema as { [key: string]: Json }),
    required: required.filter((name) => properties[name]?.default === undefined),
  };
}
