/** A Dapr component. The fields are those of Dapr's component files, as far as the emulator has them. */
export type Component =
  | {
      type: 'pubsub.kafka';
      name: string;
      /** `{appID}`: the replicas of an app share the records. `{uuid}`: each sidecar gets all records. */
      consumerGroup: '{appID}' | '{uuid}';
      /** Where a new consumer group begins. */
      initialOffset: 'oldest' | 'newest';
      /** The apps that may use the component; all by default. */
      scopes?: string[];
      /** The topics that an app may publish to. An app that is not listed may publish to all. */
      publishingScopes?: Record<string, string[]>;
      /** The topics that an app may subscribe to. An app that is not listed may subscribe to all. */
      subscriptionScopes?: Record<string, string[]>;
    }
  | { type: 'state.postgresql'; name: string; scopes?: string[] }
  | {
      type: 'secretstores.local.file';
      name: string;
      scopes?: string[];
      /** Key-value pairs by the name of the secret. */
      secrets: Record<string, Record<string, string>>;
    };

export type PubSub = Extract<Component, { type: 'pubsub.kafka' }>;

export function mayPublish({ publishingScopes: scopes }: PubSub, appId: string, topic: string): boolean {
  return scopes?.[appId]?.includes(topic) !== false;
}

export function maySubscribe({ subscriptionScopes: scopes }: PubSub, appId: string, topic: string): boolean {
  return scopes?.[appId]?.includes(topic) !== false;
}

/** The pauses between attempts to deliver: exponential and without end, like a Dapr Resiliency policy. */
export type RetryPolicy = { initialMs: number; maxMs: number };

export const defaultRetryPolicy: RetryPolicy = { initialMs: 100, maxMs: 5_000 };

/** The components that an app may use. */
export function componentsFor(appId: string, components: Component[]): Component[] {
  return components.filter(({ scopes }) => scopes === undefined || scopes.includes(appId));
}
