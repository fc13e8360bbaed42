import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { describeContracts } from '../../scripts/describe-contracts.ts';
import { breachesOf, type OpenApiDocument } from './openapi-rules.ts';

const directory = `${import.meta.dirname}/../../specs/002-microservices-dapr-kafka/contracts`;
const described = await describeContracts();

describe('the contracts', () => {
  for (const { name, text } of described) {
    test(`${name} is what the code says`, () => {
      const isSame = readFileSync(`${directory}/${name}`, 'utf8') === text;
      assert.ok(isSame, `${name} differs from the code: run \`npm run contracts\` and commit what it writes`);
    });

    if (!name.endsWith('-api.yaml')) continue;
    test(`${name} keeps the rules of OpenAPI 3.1 and ours`, () => {
      assert.deepEqual(breachesOf(parse(text) as OpenApiDocument), []);
    });
  }

  test('are all there are', () => {
    assert.deepEqual(readdirSync(directory).toSorted(), described.map(({ name }) => name).toSorted());
  });
});

const problem = { $ref: '#/components/schemas/Problem' };

/** A document without fault, from which each case takes something away. */
function sound(): OpenApiDocument {
  return {
    openapi: '3.1.0',
    info: { title: 'made up', version: '1' },
    security: [{ bearer: [] }],
    paths: {
      '/things/{id}': {
        get: {
          operationId: 'readThing',
          summary: 'Read a thing',
          description: 'Returns a thing.',
          tags: ['things'],
          parameters: [{ name: 'id', in: 'path', required: true }],
          responses: {
            200: { description: 'OK', content: { 'application/json': { schema: {}, example: {} } } },
            401: {
              description: '`unauthorized`: The request has no valid token.',
              content: { 'application/problem+json': { schema: problem, example: {} } },
            },
          },
        },
      },
    },
    components: { schemas: { Problem: {} }, securitySchemes: { bearer: {} } },
  };
}

type Made = OpenApiDocument['paths'][string][string];

const unsound: [breach: string, spoil: (document: OpenApiDocument, operation: Made) => void][] = [
  ['openapi is not 3.1', (document) => (document.openapi = '3.0.3')],
  ['info lacks title or version', (document) => delete document.info?.version],
  ['#/components/schemas/Problem leads nowhere', (document) => (document.components.schemas = {})],
  ['#/components/schemas/Spare is not used', (document) => (document.components.schemas['Spare'] = {})],
  ['get /things/{id}: no operationId', (_, operation) => delete operation.operationId],
  ['get /things/{id}: no summary', (_, operation) => delete operation.summary],
  ['get /things/{id}: no description in sentences', (_, operation) => (operation.description = 'one thing')],
  ['get /things/{id}: no tag', (_, operation) => (operation.tags = [])],
  [
    String.raw`the pattern ^\p{L}+$ can not be read everywhere`,
    (_, operation) =>
      operation.parameters?.push({ name: 'q', in: 'query', schema: { pattern: String.raw`^\p{L}+$` } }),
  ],
  [
    'get /things/{id}: the path parameter id is not declared as required',
    (_, operation) => (operation.parameters = [{ name: 'id', in: 'path' }]),
  ],
  [
    'get /things/{id}: the path has no parameter other',
    (_, operation) => operation.parameters?.push({ name: 'other', in: 'path', required: true }),
  ],
  [
    'get /things/{id}: the parameter "query q" stands twice',
    (_, operation) => operation.parameters?.push({ name: 'q', in: 'query' }, { name: 'q', in: 'query' }),
  ],
  [
    'get /things/{id}: the parameter limit has a default and is required',
    (_, operation) =>
      operation.parameters?.push({ name: 'limit', in: 'query', required: true, schema: { default: 20 } }),
  ],
  [
    'get /things/{id}: the request has no example',
    (_, operation) => (operation.requestBody = { content: { 'application/json': { schema: {} } } }),
  ],
  [
    'get /things/{id}: 200 has no example',
    (_, operation) =>
      Object.assign(operation.responses ?? {}, {
        200: { description: 'OK', content: { 'application/json': { schema: {} } } },
      }),
  ],
  [
    'get /things/{id}: 200 has no example',
    (_, operation) =>
      Object.assign(operation.responses ?? {}, {
        200: {
          description: 'OK',
          content: { 'application/json': { schema: {}, example: { name: 'text' } } },
        },
      }),
  ],
  [
    'get /things/{id}: 404 names no code',
    (_, operation) =>
      Object.assign(operation.responses ?? {}, { 404: { ...notFound, description: 'Not Found' } }),
  ],
  [
    'get /things/{id}: conflict is no code of 404',
    (_, operation) =>
      Object.assign(operation.responses ?? {}, {
        404: { ...notFound, description: '`conflict`: The tasks keep changing.' },
      }),
  ],
  ['get /things/{id}: nothing is said of who may', (document) => delete document.security],
  [
    'get /things/{id}: the security scheme bearer is not described',
    (document) => (document.components.securitySchemes = {}),
  ],
  [
    'get /things/{id}: 401 is not described',
    (_, operation) => (operation.responses = { 200: { description: 'OK' }, 404: notFound }),
  ],
  ['get /things/{id}: no answer that is not an error', (_, operation) => delete operation.responses?.['200']],
  [
    'get /things/{id}: 200 has no description',
    (_, operation) => Object.assign(operation.responses ?? {}, { 200: {} }),
  ],
  [
    'get /things/{id}: 409 is no Problem',
    (_, operation) =>
      Object.assign(operation.responses ?? {}, {
        409: { description: 'Conflict', content: { 'application/json': { schema: problem, example: {} } } },
      }),
  ],
  [
    'the operationId readThing stands twice',
    ({ paths }, operation) => (paths['/other/{id}'] = { get: operation }),
  ],
];
const notFound = {
  description: '`not-found`: There is no such thing.',
  content: { 'application/problem+json': { schema: problem, example: {} } },
};

describe('the rules', () => {
  test('find nothing where nothing is wrong', () => {
    assert.deepEqual(breachesOf(sound()), []);
  });

  for (const [breach, spoil] of unsound) {
    test(`find: ${breach}`, () => {
      const document = sound();
      const operation = document.paths['/things/{id}']?.['get'];
      assert.ok(operation);
      spoil(document, operation);
      assert.deepEqual(breachesOf(document), [breach]);
    });
  }
});
