import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { rondoComponents } from '@rondo/host-common/components';
import { schemas } from '../src/schemas.ts';
import { topicPlan } from '../src/topic-plan.ts';

test('the plan has exactly the topics that services may publish or subscribe to', () => {
  const scoped = rondoComponents({}).flatMap((component) =>
    component.type === 'pubsub.kafka'
      ? [component.publishingScopes, component.subscriptionScopes].flatMap((scopes) =>
          Object.values(scopes ?? {}).flat(),
        )
      : [],
  );
  assert.deepEqual(topicPlan.map(({ name }) => name).toSorted(), [...new Set(scoped)].toSorted());
});

test('events are spread and kept for a week, dead letters are in order and kept for a month', () => {
  const dayMs = 24 * 60 * 60 * 1000;
  for (const { name, ...plan } of topicPlan) {
    const isDead = name.endsWith('-dead-letters');
    assert.deepEqual(
      plan,
      isDead ? { partitions: 1, retentionMs: 30 * dayMs } : { partitions: 6, retentionMs: 7 * dayMs },
      name,
    );
  }
});

test('the schemas are those of every folder with migrations', () => {
  const services = resolve(import.meta.dirname, '../../services');
  const folders = globSync('*-service/migrations', { cwd: services }).map((folder) =>
    resolve(services, folder),
  );
  assert.deepEqual(schemas.map(({ directory }) => directory).toSorted(), folders.toSorted());
  assert.equal(new Set(schemas.map(({ schema }) => schema)).size, folders.length);
});
