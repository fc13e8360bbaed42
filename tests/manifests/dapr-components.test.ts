import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { topicPlan } from '@rondo/release-job/topic-plan';
import { defaultRetryPolicy } from '@rondo/dapr-emulator/sidecar/components';
import { deadLetterTopicOf } from '@rondo/shared/contracts/topics';
import { serviceRegistry, type ServiceEntry } from '@rondo/shared/service-registry';
import { readManifests, type Manifest } from './manifest.ts';

const files = readManifests('dapr-components/*.yaml');
const components = files.filter(({ kind }) => kind === 'Component');
const only = (kind: string): Manifest => {
  const [found, ...others] = files.filter((file) => file.kind === kind);
  assert.ok(found && others.length === 0, `there is one ${kind}`);
  return found;
};

type Entry = {
  name: string;
  value?: string;
  envRef?: string;
  secretKeyRef?: { name: string; key: string };
};
const entriesOf = ({ spec }: Manifest) => spec.metadata as Entry[];
const valueOf = (component: Manifest, name: string): string | undefined =>
  entriesOf(component).find((entry) => entry.name === name)?.value;

/** Parses Dapr's scopes: `app=topic,topic;app=…`, without white space. */
function scopesOf(text = ''): Record<string, string[]> {
  return Object.fromEntries(
    text
      .replaceAll(/\s/g, '')
      .split(';')
      .map((scope) => scope.split('='))
      .map(([app = '', topics = '']) => [app, topics.split(',')]),
  );
}

/** The names of some services, with the topics that each may use through a component. */
function scopesOfServices(topicsOf: (service: ServiceEntry) => string[]): Record<string, string[]> {
  return Object.fromEntries(
    serviceRegistry
      .map((service) => [service.name, topicsOf(service)])
      .filter(([, topics]) => topics?.length),
  );
}

const sorted = (scopes: Record<string, string[]>) =>
  Object.fromEntries(Object.entries(scopes).map(([app, topics]) => [app, topics.toSorted()]));

/** What the registry says of each Kafka component. */
const pubsubs = {
  'kafka-pubsub': {
    group: '{appID}',
    offset: 'oldest',
    publishing: scopesOfServices(({ name, topics }) => [...topics.produces, deadLetterTopicOf(name)]),
    subscription: scopesOfServices(({ name, topics }) => [...topics.consumes, deadLetterTopicOf(name)]),
  },
  'kafka-fanout': {
    group: '{appID}-{uuid}',
    offset: 'newest',
    publishing: scopesOfServices(({ name, topics }) => (topics.fansOut ? [deadLetterTopicOf(name)] : [])),
    subscription: scopesOfServices(({ topics }) => topics.fansOut ?? []),
  },
};

const namesOf = (choose: (service: ServiceEntry) => unknown) =>
  serviceRegistry.filter((service) => choose(service)).map(({ name }) => name);

describe('the Dapr components', () => {
  test('may be used by the services that the registry says', () => {
    assert.deepEqual(Object.fromEntries(components.map(({ metadata, scopes }) => [metadata.name, scopes])), {
      'kafka-pubsub': undefined,
      'kafka-fanout': namesOf(({ topics }) => topics.fansOut),
      statestore: namesOf(({ usesStateStore }) => usesStateStore),
      'kubernetes-secrets': undefined,
    });
  });

  for (const [name, expected] of Object.entries(pubsubs))
    test(`${name} has the topics of the registry`, () => {
      const [file] = readManifests(`dapr-components/${name}.yaml`);
      assert.ok(file);
      assert.deepEqual(
        {
          type: file['spec'].type,
          group: valueOf(file, 'consumerGroup'),
          offset: valueOf(file, 'initialOffset'),
          publishing: sorted(scopesOf(valueOf(file, 'publishingScopes'))),
          subscription: sorted(scopesOf(valueOf(file, 'subscriptionScopes'))),
        },
        {
          ...expected,
          type: 'pubsub.kafka',
          publishing: sorted(expected.publishing),
          subscription: sorted(expected.subscription),
        },
      );
    });

  test('let each consumer publish to its dead letters, because a dead letter goes through the component that delivered it', () => {
    for (const file of components.filter(({ spec }) => spec.type === 'pubsub.kafka')) {
      const publishing = scopesOf(valueOf(file, 'publishingScopes'));
      for (const app of Object.keys(scopesOf(valueOf(file, 'subscriptionScopes'))))
        assert.ok(publishing[app]?.includes(`${app}-dead-letters`), `${file.metadata.name}: ${app}`);
    }
  });

  test('protect every planned topic from apps without a scope, and name no other topic', () => {
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

  test('have one object in each file, each name once, and secrets from one store, so that `npm run engine` can adapt them', () => {
    for (const file of components) {
      const names = entriesOf(file).map(({ name }) => name);
      assert.equal(names.length, new Set(names).size, file.metadata.name);
      for (const entry of entriesOf(file))
        assert.equal(
          ['value', 'envRef', 'secretKeyRef'].filter((source) => source in entry).length,
          1,
          `${file.metadata.name}: ${entry.name}`,
        );
      const hasSecret = entriesOf(file).some((entry) => 'secretKeyRef' in entry);
      assert.equal(file['auth']?.secretStore, hasSecret ? 'kubernetes-secrets' : undefined);
    }
    for (const name of new Set(files.map(({ metadata }) => metadata.name)))
      assert.ok(name === 'rondo' || readManifests(`dapr-components/${name}.yaml`).length === 1, name);
  });

  test('never ignore that a component failed', () => {
    for (const { metadata, spec } of components) assert.notEqual(spec.ignoreErrors, true, metadata.name);
  });
});

describe('the resiliency', () => {
  const { spec } = only('Resiliency');

  test('retries every delivery forever, at least as often as the embedded sidecar, without a circuit breaker', () => {
    const pubsubs = components.filter((file) => file['spec'].type === 'pubsub.kafka');
    assert.deepEqual(
      Object.keys(spec.targets.components).toSorted(),
      pubsubs.map(({ metadata }) => metadata.name).toSorted(),
    );
    for (const [name, target] of Object.entries<Manifest>(spec.targets.components)) {
      assert.deepEqual(
        Object.keys(target),
        ['inbound'],
        `${name}: the relay retries publications, not the sidecar`,
      );
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

  test('allows only the HTTP calls that the Dapr client makes', () => {
    const rules = spec.api.allowed as { name: string; version: string; protocol: string }[];
    assert.deepEqual(
      rules.filter(({ protocol }) => protocol === 'http').map(({ name, version }) => `${version}/${name}`),
      ['v1/publish', 'v1/state', 'v1/secrets'],
    );
    assert.ok(
      rules.some(({ protocol }) => protocol === 'grpc'),
      'without a rule for gRPC all of it is open',
    );
  });

  test('denies every secret that no service reads, and is sorted, because Dapr uses a binary search', () => {
    const scopes = spec.secrets.scopes as { defaultAccess: string; allowedSecrets?: string[] }[];
    for (const { defaultAccess, allowedSecrets = [] } of scopes) {
      assert.equal(defaultAccess, 'deny');
      assert.deepEqual(allowedSecrets, allowedSecrets.toSorted());
    }
  });
});
