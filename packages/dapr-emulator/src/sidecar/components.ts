/** A Dapr component as far as the embedded sidecar knows it; fields mean what they mean in a component file. */
export type Component =
  | {
      type: 'pubsub.kafka';
      name: string;
      /** `{appID}`: all replicas of an app share the records. `{uuid}`: each sidecar gets every record. */
      consumer_group: '{appID}' | '{uuid}';
      initial_offset: 'oldest' | 'newest';
      /** Apps that may use the component; absent: all. */
      scopes?: string[];
      /** Topics that an app may publish to; an app that is not named may publish to all. */
      publishing_scopes?: Record<string, string[]>;
      subscription_scopes?: Record<string, string[]>;
    }
  | { type: 'state.postgresql'; name: string; scopes?: string[] }
  | {
      type: 'secretstores.local.file';
      name: string;
      scopes?: string[];
      secrets: Record<string, Record<string, string>>;
    };

export type PubSub = Extract<Component, { type: 'pubsub.kafka' }>;

export function mayPublish({ publishing_scopes: scopes }: PubSub, appId: string, topic: string): boolean {
  return scopes?.[appId]?.includes(topic) !== false;
}

export function maySubscribe({ subscription_scopes: scopes }: PubSub, appId: string, topic: string): boolean {
  return scopes?.[appId]?.includes(topic) !== false;
}

/** How often and how fast a delivery is tried again (a Dapr Resiliency retry policy: exponential, for ever). */
export type RetryPolicy = { initial_ms: number; max_ms: number };

export const defaultRetryPolicy: RetryPolicy = { initial_ms: 100, max_ms: 5_000 };

/** The components that an app may use. */
export function componentsFor(appId: string, components: Component[]): Component[] {
  return components.filter(({ scopes }) => scopes === undefined || scopes.includes(appId));
}
