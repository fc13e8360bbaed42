import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fastifySwagger from '@fastify/swagger';
import Fastify, { type FastifySchema } from 'fastify';
import { Type } from 'typebox';
import type { Problem } from '../../../src/contracts/problem.ts';
import { describeApi } from '../../../src/http/openapi/describe-api.ts';

type Operation = {
  operationId: string;
  description?: string;
  parameters?: { name: string; required: boolean; schema: object }[];
  requestBody: { content: Record<string, { example: unknown }> };
  responses: Record<
    string,
    {
      description: string;
      headers?: object;
      content: Record<string, { example: unknown; examples?: object }>;
    }
  >;
};
type Described = {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, { properties: Record<string, object> }> };
};

const Thing = Type.Object(
  {
    name: Type.String({ pattern: '^[a-z]+$', 'x-words': 'lower-case letters', examples: ['chair'] }),
    size: Type.Enum(['small', 'large']),
    note: Type.Optional(Type.String()),
  },
  { $id: 'Thing' },
);

async function describeRoute(schema: FastifySchema): Promise<{ document: Described; operation: Operation }> {
  const app = Fastify();
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  await app.register(fastifySwagger, describeApi('made-up', 'for this test'));
  app.post('/api/v1/things', { schema: { tags: ['things'], summary: 'Make one', ...schema } }, () => ({}));
  await app.ready();
  const document = app.swagger() as unknown as Described;
  const operation = document.paths['/api/v1/things']?.['post'];
  assert.ok(operation);
  return { document, operation };
}

describe('an operation is described', () => {
  test('with an id from its path, or with its own', async () => {
    const made = await describeRoute({ body: Thing });
    assert.equal(made.operation.operationId, 'createThing');
    const own = await describeRoute({ body: Thing, operationId: 'buildThing', description: 'Builds it.' });
    assert.equal(own.operation.operationId, 'buildThing');
    assert.equal(own.operation.description, 'Builds it.');
  });

  test('with the headers of its successful answers', async () => {
    const answerHeaders = { 'Made-By': { description: 'who made it', schema: { type: 'string' } } };
    const { operation } = await describeRoute({ body: Thing, response: { 201: Thing }, answerHeaders });
    const { 201: made, 422: refused } = operation.responses;
    assert.deepEqual([made?.headers, refused?.headers], [answerHeaders, undefined]);
    assert.ok(!('x-answer-headers' in operation));
  });

  test('with examples from the schemas, or with its own', async () => {
    const response = { 201: Thing };
    const made = await describeRoute({ body: Thing, response });
    const example = { name: 'chair', size: 'small' };
    assert.deepEqual(made.operation.requestBody.content['application/json']?.example, example);
    assert.deepEqual(made.operation.responses['201']?.content['application/json']?.example, example);
    const table = { name: 'table', size: 'large' };
    const own = await describeRoute({ body: Thing, response, example: { request: table, response: table } });
    assert.deepEqual(own.operation.requestBody.content['application/json']?.example, table);
    assert.deepEqual(own.operation.responses['201']?.content['application/json']?.example, table);
  });

  test('with the codes of its problems', async () => {
    const { operation } = await describeRoute({
      body: Thing,
      response: { 201: Thing },
      problems: ['already-complete', 'conflict'],
    });
    assert.deepEqual(Object.keys(operation.responses), [
      '201',
      '400',
      '401',
      '409',
      '413',
      '415',
      '422',
      '429',
      '503',
    ]);
    const { description, content } = operation.responses['409'] ?? {};
    assert.match(description ?? '', /^- `already-complete`: The task is complete\.\n- `conflict`: /);
    const examples = content?.['application/problem+json']?.examples ?? {};
    assert.deepEqual(Object.keys(examples), ['already-complete', 'conflict']);
    assert.match(operation.responses['422']?.description ?? '', /^`invalid-input`: /);
    const invalid = operation.responses['422']?.content['application/problem+json']?.example;
    assert.deepEqual((invalid as Problem).errors, [{ field: 'name', message: 'is required' }]);
  });

  test('with the problems of a body that the route does not want', async () => {
    const { operation } = await describeRoute({ response: { 201: Thing } });
    assert.deepEqual(Object.keys(operation.responses), ['201', '400', '401', '413', '415', '429', '503']);
  });

  test('with parameters that may be left out where they have a default', async () => {
    const { operation } = await describeRoute({
      body: Thing,
      querystring: Type.Object({ limit: Type.Integer({ default: 20 }), since: Type.Integer() }),
    });
    const required = operation.parameters?.map(({ name, required }) => `${name} ${required ?? false}`);
    assert.deepEqual(required, ['limit false', 'since true']);
  });

  test('with words besides a pattern, and the type of an enum', async () => {
    const { document } = await describeRoute({ body: Thing });
    assert.deepEqual(document.components.schemas['Thing']?.properties, {
      name: { type: 'string', pattern: '^[a-z]+$', description: 'lower-case letters', examples: ['chair'] },
      size: { type: 'string', enum: ['small', 'large'] },
      note: { type: 'string' },
    });
  });
});
