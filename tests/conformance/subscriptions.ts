/** Subscriptions that an app of the conformance tests declares. */
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

/** What a subscription adds that wants records as they are. */
export const raw = { metadata: { rawPayload: 'true' } };

/** The numbers that events made by `numbered` carry. */
export const numbersOf = (events: Record<string, unknown>[]) =>
  events.map(({ data }) => (data as { n: number }).n);
