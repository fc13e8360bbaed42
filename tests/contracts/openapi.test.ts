import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { describeServices } from '../../scripts/describe-services.ts';

type Operation = { summary?: string; tags?: string[]; responses?: Record<string, unknown> };
type Document = {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown> };
};

const directory = `${import.meta.dirname}/../../specs/002-microservices-dapr-kafka/contracts`;

for (const { name, text, document } of await describeServices()) {
  const { paths, components } = document as Document;

  describe(name, () => {
    test('is what the code says (npm run contracts writes it)', () => {
      assert.equal(readFileSync(`${directory}/${name}`, 'utf8'), text);
    });

    test('has no reference that leads nowhere', () => {
      for (const [, schema] of text.matchAll(/#\/components\/schemas\/([\w-]+)/g)) {
        assert.ok(schema !== undefined && schema in components.schemas, schema);
      }
    });

    test('tells of every operation what it does and how it fails', () => {
      for (const [path, operations] of Object.entries(paths)) {
        if (path.startsWith('/health')) continue;
        for (const [method, { summary, tags, responses = {} }] of Object.entries(operations)) {
          assert.ok(summary, `${method} ${path} has a summary`);
          assert.ok(tags?.length, `${method} ${path} has a tag`);
          assert.ok('401' in responses || path.includes('dead-letters'), `${method} ${path} tells of 401`);
        }
      }
    });
  });
}
