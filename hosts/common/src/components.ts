import type { Component } from '@rondo/dapr-emulator/sidecar/components';
import { components, deadLetterTopicOf } from '@rondo/shared/contracts/topics';
import { serviceRegistry, type ServiceEntry } from '@rondo/shared/service-registry';

/**
 * The Dapr components of the services in the registry. A test checks that those in `k8s/dapr-components` are the same.
 */
export function rondoComponents(
  secrets: Record<string, Record<string, string>>,
  registry: readonly ServiceEntry[] = serviceRegistry,
): Component[] {
  const fanningOut = registry.filter(({ topics }) => topics.fansOut !== undefined);
  return [
    {
      type: 'pubsub.kafka',
      name: components.pubsub,
      consumerGroup: '{appID}',
      initialOffset: 'oldest',
      publishingScopes: topicsByService(registry, ({ topics }) => topics.produces),
      subscriptionScopes: topicsByService(registry, ({ topics }) => topics.consumes),
    },
    {
      type: 'pubsub.kafka',
      name: components.fanout,
      consumerGroup: '{uuid}',
      initialOffset: 'newest',
      scopes: fanningOut.map(({ name }) => name),
      // The component that delivers an event also publishes it to the dead-letter topic.
      publishingScopes: topicsByService(fanningOut, () => []),
      subscriptionScopes: Object.fromEntries(
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

/** The topics of each service, and its dead-letter topic if it consumes any topic. */
function topicsByService(
  registry: readonly ServiceEntry[],
  topicsOf: (entry: ServiceEntry) => string[],
): Record<string, string[]> {
  return Object.fromEntries(
    registry.map((entry) => {
      const { name, topics } = entry;
      const isConsumer = topics.consumes.length + (topics.fansOut ?? []).length > 0;
      return [name, [...topicsOf(entry), ...(isConsumer ? [deadLetterTopicOf(name)] : [])]];
    }),
  );
}
