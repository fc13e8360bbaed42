/** One subscription as an app declares it at `GET /dapr/subscribe`. */
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
 * The path that an event goes to. Of Dapr's rules (CEL expressions) the embedded sidecar knows `event.type == "…"`;
 * an event that no rule takes goes to the default, or nowhere (undefined).
 */
export function routeFor({ route, routes }: DeclaredSubscription, eventType: unknown): string | undefined {
  for (const { match, path } of routes?.rules ?? []) {
    if (eventTypeRule.exec(match)?.[2] === eventType) return path;
  }
  return routes?.default || route || undefined;
}

/** Whether an event's type decides its path, so that the envelope has to be read. */
export function hasRules({ routes }: DeclaredSubscription): boolean {
  return (routes?.rules?.length ?? 0) > 0;
}

/** Whether the values of the topic are not envelopes, and are delivered inside of one. */
export function isOfRawPayloads({ metadata }: DeclaredSubscription): boolean {
  return metadata?.['rawPayload'] === 'true';
}

/**
 * The subscriptions that an app declared. One without any path is none.
 * @throws Error where Dapr cannot read the list
 */
export function subscriptionsIn(text: string): DeclaredSubscription[] {
  const list = (text.trim() === '' ? [] : JSON.parse(text)) as DeclaredSubscription[] | null;
  return (list ?? []).filter((subscription) => {
    for (const part of [subscription.pubsubname, subscription.topic, subscription.route ?? ''])
      if (typeof part !== 'string') throw new Error('a subscription is not of the form that Dapr reads');
    return hasRules(subscription) || routeFor(subscription, undefined) !== undefined;
  });
}
