import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { topicPlan } from '@rondo/release-job/topic-plan';
import { serviceRegistry } from '@rondo/shared/service-registry';
import { readManifests, type Manifest, type Part } from './manifest.ts';
import { services, workloads } from './workloads.ts';

type Backend = {
  path: string;
  pathType: string;
  backend: { service: { name: string; port: { name: string } } };
};

describe('the Ingress', () => {
  const [ingress] = readManifests('ingress/*.yaml');
  const paths = ingress?.['spec'].rules[0].http.paths as Backend[];

  test('says what the gateway says, and leads the rest to it', () => {
    const expected = [
      ...serviceRegistry.flatMap(({ name, publicPaths }) => publicPaths.map((prefix) => [prefix, name])),
      ...['/.well-known', '/health', '/'].map((prefix) => [prefix, 'gateway']),
    ];
    assert.deepEqual(
      new Set(paths.map(({ path, backend }) => [path, backend.service.name])),
      new Set(expected),
    );
  });

  test('names each path once', () => {
    assert.equal(new Set(paths.map(({ path }) => path)).size, paths.length);
  });

  test('takes paths by their parts, and ports by a name that the Service has', () => {
    for (const { pathType, backend } of paths) {
      assert.equal(pathType, 'Prefix');
      const workload = workloads.find(({ name }) => name === backend.service.name);
      assert.ok(
        workload?.service?.['spec'].ports.some(
          ({ name }: { name: string }) => name === backend.service.port.name,
        ),
      );
    }
  });
});

describe('scaling', () => {
  const scaling = readManifests('managed/scaling.yaml');
  const scaled = scaling.filter(({ kind }) => kind === 'ScaledObject');
  const [pubsub] = readManifests('dapr-components/kafka-pubsub.yaml');
  const entry = (name: string): string =>
    pubsub?.['spec'].metadata.find((one: { name: string }) => one.name === name).value;
  const partitionsOf = (topic: string) => topicPlan.find(({ name }) => name === topic)?.partitions;

  test('has one hand on every service', () => {
    assert.deepEqual(
      scaling
        .filter(({ spec }) => spec?.scaleTargetRef)
        .map(({ spec }) => String(spec.scaleTargetRef.name))
        .toSorted(),
      services.map(({ name }) => name).toSorted(),
    );
  });

  for (const { metadata, spec } of scaled) {
    test(`of ${metadata.name} goes by the lag of all that it consumes, in its own group`, () => {
      const triggers = (spec.triggers as Manifest[]).map((trigger) => trigger['metadata'] as Part);
      const subscribed = entry('subscriptionScopes')
        .replaceAll(/\s/g, '')
        .split(';')
        .find((scope) => scope.startsWith(`${metadata.name}=`))
        ?.split('=')[1]
        ?.split(',')
        .filter((topic) => !topic.endsWith('-dead-letters'));
      assert.deepEqual(triggers.map(({ topic }) => String(topic)).toSorted(), subscribed?.toSorted());
      assert.equal(entry('consumerGroup'), '{appID}');
      for (const { consumerGroup, topic } of triggers) {
        assert.equal(consumerGroup, metadata.name);
        assert.ok(spec.maxReplicaCount <= (partitionsOf(topic) ?? 0));
      }
    });
  }
});
