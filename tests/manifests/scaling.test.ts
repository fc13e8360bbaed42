import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { topicPlan } from '@rondo/release-job/topic-plan';
import { serviceRegistry } from '@rondo/shared/service-registry';
import { readManifests, type Part } from './manifest.ts';

const scaling = readManifests('managed/scaling.yaml');
const partitionsOf = (topic: string) => topicPlan.find(({ name }) => name === topic)?.partitions ?? 0;

describe('scaling', () => {
  test('has one autoscaler for the gateway and each service', () => {
    assert.deepEqual(
      scaling
        .filter(({ spec }) => spec?.scaleTargetRef)
        .map(({ spec }) => String(spec.scaleTargetRef.name))
        .toSorted(),
      ['gateway', ...serviceRegistry.map(({ name }) => name)].toSorted(),
    );
  });

  for (const { metadata, spec } of scaling.filter(({ kind }) => kind === 'ScaledObject'))
    test(`of ${metadata.name} follows the lag of each topic that it consumes, in its own group`, () => {
      const triggers = (spec.triggers as Part[]).map(({ metadata: trigger }) => trigger);
      const { topics } = serviceRegistry.find(({ name }) => name === metadata.name) ?? {};
      assert.deepEqual(triggers.map(({ topic }) => String(topic)).toSorted(), topics?.consumes.toSorted());
      for (const { consumerGroup, topic } of triggers) {
        assert.equal(consumerGroup, metadata.name);
        assert.ok(spec.maxReplicaCount <= partitionsOf(topic), 'a replica without a partition has no work');
      }
    });
});
