import { Gauge } from 'prom-client';
import type { DependencyCheck } from '../http/health.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Verdict } from './cloud-event.ts';

/** Follows whether the consumers of a service move. */
export type ConsumerProgress = {
  /** To call when a delivery arrives. @returns a function to call with its verdicts; none if it failed */
  begin(topic: string): (verdicts: readonly Verdict[]) => void;
  /** `degraded` while a topic has not moved for a minute, though its events are delivered. */
  check: DependencyCheck;
};

/** `since`: when the first delivery after the last move arrived. */
type Topic = { since: number | undefined; deliveredAt: number; underWay: number };

const stalledAfterMs = 60_000;

/**
 * A service can't see the broker, so it can't see how far a topic is. It sees deliveries: the sidecar repeats what is not
 * acknowledged, at least every 5 s. A topic whose events are delivered for a minute while not one of them is done has moved
 * further than its consumer. If deliveries end, another replica may have got the partition: then nothing is stalled here.
 * What a sidecar never delivers is found by an alert that compares producers with consumers (`RondoConsumerSilent`).
 * @param now milliseconds of a monotonic clock
 */
export function createConsumerProgress({
  metrics,
  now,
}: {
  metrics: Metrics;
  now: () => number;
}): ConsumerProgress {
  const topics = new Map<string, Topic>();

  function waitedMs({ since, deliveredAt, underWay }: Topic): number {
    const at = now();
    const isDelivered = underWay > 0 || at - deliveredAt <= stalledAfterMs;
    return since !== undefined && isDelivered ? at - since : 0;
  }

  const gauge: Gauge<'topic'> = new Gauge({
    name: 'rondo_consumer_waiting_seconds',
    help: 'For how long events of a topic have been delivered without one that was done; 0 if the consumer moves',
    labelNames: ['topic'] as const,
    registers: [metrics],
    collect() {
      for (const [topic, state] of topics) gauge.set({ topic }, waitedMs(state) / 1000);
    },
  });

  return {
    begin(topic) {
      const state = topics.get(topic) ?? { since: undefined, deliveredAt: 0, underWay: 0 };
      topics.set(topic, state);
      const at = now();
      const isForgotten = state.underWay === 0 && at - state.deliveredAt > stalledAfterMs;
      state.since = isForgotten ? at : (state.since ?? at);
      state.deliveredAt = at;
      state.underWay += 1;
      return (verdicts) => {
        state.underWay -= 1;
        if (verdicts.some((verdict) => verdict !== 'RETRY')) state.since = undefined;
      };
    },
    check: {
      name: 'consumers',
      isRequired: false,
      async check() {
        const stalled = [...topics].filter(([, state]) => waitedMs(state) >= stalledAfterMs);
        if (stalled.length === 0) return { status: 'up' };
        const names = stalled.map(([topic]) => topic).join(', ');
        const seconds = Math.round(Math.max(...stalled.map(([, state]) => waitedMs(state))) / 1000);
        return { status: 'degraded', detail: `no event of ${names} was done for ${seconds} s` };
      },
    },
  };
}
