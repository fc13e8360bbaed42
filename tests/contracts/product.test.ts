import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { serviceRegistry } from '@rondo/shared/service-registry';
import { describeProduct } from '../../scripts/describe-product.ts';
import { describeServices } from '../../scripts/describe-services.ts';

type Media = { schema: object; example?: unknown; examples?: Record<string, { value: unknown }> };
type Operation = {
  operationId: string;
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, { description: string; content?: Record<string, Media> }>;
  tags: string[];
};
type Product = {
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
};

const services = await describeServices();
const product = describeProduct(services) as unknown as Product;
const operations = Object.entries(product.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, operation })),
);

const verbs = new Set(
  `add change complete confirm count create delete dismiss edit end export get import list mark move parse pause preview read redrive remove
  reopen replace replay restore resume revert revoke show skip snooze test undo unsubscribe update verify`.split(
    /\s+/,
  ),
);

describe('the document of the product', () => {
  test('has each path that the gateway passes on, and no other', () => {
    const isPublic = (path: string) =>
      serviceRegistry.some(({ publicPaths }) =>
        publicPaths.some((prefix) => path === prefix || path.startsWith(`${prefix}/`)),
      );
    const ofServices = services.flatMap(({ document }) => Object.keys(document['paths'] as object));
    assert.deepEqual(
      Object.keys(product.paths).toSorted(),
      [
        ...new Set(ofServices.filter(isPublic)),
        '/.well-known/jwks.json',
        '/health',
        '/health/ready',
      ].toSorted(),
    );
  });

  test('describes every tag that an operation has, and no other', () => {
    const used = new Set(operations.flatMap(({ operation }) => operation.tags));
    assert.deepEqual(product.tags.map(({ name }) => name).toSorted(), [...used].toSorted());
  });

  test('gives each operation an id that starts with a verb', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    assert.deepEqual(
      ids.filter((id) => !verbs.has(/^[a-z]+/.exec(id)?.[0] ?? '')),
      [],
    );
  });

  test('has examples that fit their schemas', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'rondo', components: product.components });
    const wrong = operations.flatMap(({ name, operation }) =>
      [operation.requestBody, ...Object.values(operation.responses)]
        .flatMap((part) => Object.values(part?.content ?? {}))
        .flatMap(({ schema, example, examples = {} }) =>
          [example, ...Object.values(examples).map(({ value }) => value)]
            .filter((one) => one !== undefined)
            .map((one) => ({ schema, example: one })),
        )
        .flatMap(({ schema, example }) => {
          const text = JSON.stringify(schema).replaceAll('"#/components', '"rondo#/components');
          const isValid = ajv.validate(JSON.parse(text) as object, example);
          return isValid ? [] : [`${name}: ${ajv.errorsText()}`];
        }),
    );
    assert.deepEqual(wrong, []);
  });
});
