import type { Component } from '@rondo/dapr-emulator/sidecar/components';
import { components, deadLetterTopicOf } from '@rondo/shared/contracts/topics';
import { isConsumer, serviceRegistry, type ServiceRegistry } from '@rondo/shared/service-registry';

/** The Dapr components that the services of a registry use; `k8s/dapr-components` has the same ones for a cluster. */
export function rondoComponents(
  secrets: Record<string, Record<string, string>>,
  registry: ServiceRegistry = serviceRegistry,
): Component[] {
  const fanningOut = registry.filter(({ topics }) => topics.fansOut);
  return [
    {
      type: 'pubsub.kafka',
      name: components.pubsub,
      consumer_group: '{appID}',
      initial_offset: 'oldest',
      publishing_scopes: Object.fromEntries(
        registry.map((entry) => [entry.name, [...entry.topics.produces, ...deadLettersOf(entry)]]),
      ),
      subscription_scopes: Object.fromEntries(
        registry.map((entry) => [entry.name, [...entry.topics.consumes, ...deadLettersOf(entry)]]),
      ),
    },
    {
      type: 'pubsub.kafka',
      name: components.fanout,
      consumer_group: '{uuid}',
      initial_offset: 'newest',
      scopes: fanningOut.map(({ name }) => name),
      // A dropped event goes to the dead letters through the component that delivered it.
      publishing_scopes: Object.fromEntries(fanningOut.map(({ name }) => [name, [deadLetterTopicOf(name)]])),
      subscription_scopes: Object.fromEntries(
        fanningOut.map(({ name, topics }) => [name, topics.fansOut ?? []]),
      ),
    },
    {
      type: 'state.postgresql',
      name: components.statestore,
      scopes: registry.filter(({ usesStateStore }) => usesStateStore).map(({ name }) => name),
    },
    { type: 'secretstores.local.file', name: components.secrets, secrets },
  ];
}

const deadLettersOf = (entry: ServiceRegistry[number]) =>
  isConsumer(entry) ? [deadLetterTopicOf(entry.name)] : [];
