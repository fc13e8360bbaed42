// Subscriptions that an app declares.

export const singleTo = (pubsubname: string, topic: string, more: object = {}) => [
  { pubsubname, topic, route: '/single', ...more },
];

export const bulkTo = (pubsubname: string, topic: string, more: object = {}) => [
  {
    pubsubname,
    topic,
    route: '/bulk',
    bulkSubscribe: { enabled: true, maxMessagesCount: 100, maxAwaitDurationMs: 10 },
    ...more,
  },
];

/** The part of a subscription that asks for raw payloads. */
export const raw = { metadata: { rawPayload: 'true' } };

/** The numbers in events of `numbered`. */
export const numbersOf = (events: Record<string, unknown>[]) =>
  events.map(({ data }) => (data as { n: number }).n);
