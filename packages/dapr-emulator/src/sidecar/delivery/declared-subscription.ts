/** A subscription in the answer of `GET /dapr/subscribe`. */
export type DeclaredSubscription = {
  pubsubname: string;
  topic: string;
  route?: string;
  routes?: { rules?: { match: string; path: string }[]; default?: string };
  deadLetterTopic?: string;
  metadata?: Record<string, string>;
  bulkSubscribe?: { enabled: boolean; maxMessagesCount?: number; maxAwaitDurationMs?: number };
};

const eventTypeRule = /^\s*event\.type\s*==\s*(["'])(.*)\1\s*$/;

/**
 * Finds the path for an event. Of Dapr's rules (CEL expressions) only `event.type == "…"` is supported. Without a matching
 * rule it is the default path, or undefined.
 */
export function routeFor({ route, routes }: DeclaredSubscription, eventType: unknown): string | undefined {
  for (const { match, path } of routes?.rules ?? []) {
    if (eventTypeRule.exec(match)?.[2] === eventType) return path;
  }
  return routes?.default || route || undefined;
}

/** Whether the path depends on the type in the envelope. */
export function hasRules({ routes }: DeclaredSubscription): boolean {
  return (routes?.rules?.length ?? 0) > 0;
}

/** Whether the records of the topic have no envelope. */
export function hasRawPayloads({ metadata }: DeclaredSubscription): boolean {
  return metadata?.['rawPayload'] === 'true';
}

/**
 * Reads the subscriptions that an app declares. Subscriptions without a path are ignored.
 * @throws Error if the list is invalid
 */
export function parseSubscriptions(text: string): DeclaredSubscription[] {
  const list = (text.trim() === '' ? [] : JSON.parse(text)) as DeclaredSubscription[] | null;
  return (list ?? []).filter((subscription) => {
    for (const part of [subscription.pubsubname, subscription.topic, subscription.route ?? ''])
      if (typeof part !== 'string') throw new Error('a subscription is not valid');
    return hasRules(subscription) || routeFor(subscription, undefined) !== undefined;
  });
}
