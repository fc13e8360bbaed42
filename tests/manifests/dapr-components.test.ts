import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { topicPlan } from '@rondo/release-job/topic-plan';
import { defaultRetryPolicy } from '@rondo/dapr-emulator/sidecar/components';
import { rondoComponents } from '@rondo/host-common/components';
import { readManifests, type Manifest } from './manifest.ts';

const files = readManifests('dapr-components/*.yaml');
const components = files.filter(({ kind }) => kind === 'Component');
const only = (kind: string): Manifest => {
  const [found, ...others] = files.filter((file) => file.kind === kind);
  assert.ok(found && others.length === 0, `there is one ${kind}`);
  return found;
};

type Entry = { name: string; value?: string; secretKeyRef?: { name: string; key: string } };
const entriesOf = ({ spec }: Manifest) => spec.metadata as Entry[];
const valueOf = (component: Manifest, name: string): string | undefined =>
  entriesOf(component).find((entry) => entry.name === name)?.value;

/** As Dapr reads them: `app=topic,topic;app=…`, spaces ignored. */
function scopesOf(text = ''): Record<string, string[]> {
  return Object.fromEntries(
    text
      .replaceAll(/\s/g, '')
      .split(';')
      .map((scope) => scope.split('='))
      .map(([app = '', topics = '']) => [app, topics.split(',')]),
  );
}

describe('the components of k8s', () => {
  const embedded = rondoComponents({});

  test('are those of the embedded sidecar by name and by the apps that may use them', () => {
    const facts = (name: string, scopes?: string[]) => ({ name, scopes });
    assert.deepEqual(
      new Set(components.map(({ metadata, scopes }) => facts(metadata.name, scopes))),
      new Set(embedded.map(({ name, scopes }) => facts(name, scopes))),
    );
  });

  for (const ours of embedded) {
    if (ours.type !== 'pubsub.kafka') continue;
    test(`${ours.name} has the embedded sidecar's group, offset and scopes of topics`, () => {
      const file = components.find(({ metadata }) => metadata.name === ours.name);
      assert.ok(file);
      assert.deepEqual(
        {
          type: file['spec'].type,
          group: valueOf(file, 'consumerGroup'),
          offset: valueOf(file, 'initialOffset'),
          publishing: scopesOf(valueOf(file, 'publishingScopes')),
          subscription: scopesOf(valueOf(file, 'subscriptionScopes')),
        },
        {
          type: ours.type,
          group: ours.consumerGroup,
          offset: ours.initialOffset,
          publishing: ours.publishingScopes,
          subscription: ours.subscriptionScopes,
        },
      );
    });
  }

  test('let every app of a pubsub publish to its dead letters, which go by the component that delivered', () => {
    for (const file of components.filter(({ spec }) => spec.type === 'pubsub.kafka')) {
      const publishing = scopesOf(valueOf(file, 'publishingScopes'));
      for (const app of Object.keys(scopesOf(valueOf(file, 'subscriptionScopes'))))
        assert.ok(publishing[app]?.includes(`${app}-dead-letters`), `${file.metadata.name}: ${app}`);
    }
  });

  test('protect every topic of the plan from apps without a scope, and name no other topic', () => {
    const pubsub = components.find(({ metadata }) => metadata.name === 'kafka-pubsub');
    assert.ok(pubsub);
    const planned = topicPlan.map(({ name }) => name).toSorted();
    assert.deepEqual(
      valueOf(pubsub, 'protectedTopics')?.replaceAll(/\s/g, '').split(',').toSorted(),
      planned,
    );
    const named = components
      .flatMap((file) => [valueOf(file, 'publishingScopes'), valueOf(file, 'subscriptionScopes')])
      .flatMap((text) => (text === undefined ? [] : Object.values(scopesOf(text)).flat()));
    assert.deepEqual([...new Set(named)].toSorted(), planned);
  });

  test('are regular, so that a program can overlay them: one object a file, names once, secrets by the one store', () => {
    for (const file of components) {
      const names = entriesOf(file).map(({ name }) => name);
      assert.equal(names.length, new Set(names).size, file.metadata.name);
      for (const entry of entriesOf(file))
        assert.equal('value' in entry, !('secretKeyRef' in entry), `${file.metadata.name}: ${entry.name}`);
      const hasSecret = entriesOf(file).some((entry) => 'secretKeyRef' in entry);
      assert.equal(file['auth']?.secretStore, hasSecret ? 'kubernetes-secrets' : undefined);
    }
    for (const name of new Set(files.map(({ metadata }) => metadata.name)))
      assert.ok(name === 'rondo' || readManifests(`dapr-components/${name}.yaml`).length === 1, name);
  });

  test('never hide that a component failed', () => {
    for (const { metadata, spec } of components) assert.notEqual(spec.ignoreErrors, true, metadata.name);
  });
});

describe('the resiliency', () => {
  const { spec } = only('Resiliency');

  test('retries every delivery for ever, as slowly as the embedded sidecar at most, and breaks no circuit', () => {
    const pubsubs = components.filter((file) => file['spec'].type === 'pubsub.kafka');
    assert.deepEqual(
      Object.keys(spec.targets.components).toSorted(),
      pubsubs.map(({ metadata }) => metadata.name).toSorted(),
    );
    for (const [name, target] of Object.entries<Manifest>(spec.targets.components)) {
      assert.deepEqual(Object.keys(target), ['inbound'], `${name}: the relay tries again, not the sidecar`);
      assert.deepEqual(Object.keys(target['inbound']).toSorted(), ['retry', 'timeout'], name);
      assert.deepEqual(spec.policies.retries[target['inbound'].retry], {
        policy: 'exponential',
        maxInterval: `${defaultRetryPolicy.maxMs / 1000}s`,
        maxRetries: -1,
      });
      assert.equal(spec.policies.timeouts[target['inbound'].timeout], '30s');
    }
  });
});

describe('the configuration', () => {
  const { spec } = only('Configuration');

  test('opens to services the calls that the Dapr client makes over HTTP, and no other', () => {
    const rules = spec.api.allowed as { name: string; version: string; protocol: string }[];
    assert.deepEqual(
      rules.filter(({ protocol }) => protocol === 'http').map(({ name, version }) => `${version}/${name}`),
      ['v1/publish', 'v1/state', 'v1/secrets'],
    );
    assert.ok(
      rules.some(({ protocol }) => protocol === 'grpc'),
      'without a rule all of gRPC is open',
    );
  });

  test('denies every secret but those that services read, in the order that Dapr searches by halves', () => {
    const scopes = spec.secrets.scopes as { defaultAccess: string; allowedSecrets?: string[] }[];
    for (const { defaultAccess, allowedSecrets = [] } of scopes) {
      assert.equal(defaultAccess, 'deny');
      assert.deepEqual(allowedSecrets, allowedSecrets.toSorted());
    }
  });
});
