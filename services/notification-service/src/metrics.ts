import { Counter, Histogram } from 'prom-client';
import type { Metrics } from '@rondo/shared/observability/metrics';

export type NotificationMetrics = {
  deliveries: Counter<'channel' | 'status'>;
  lateness: Histogram;
};

export function createNotificationMetrics(registry: Metrics): NotificationMetrics {
  const registers = [registry];
  return {
    deliveries: new Counter({
      name: 'rondo_notification_deliveries_total',
      help: 'Delivery attempts, by channel and resulting status: sent, waiting (to be retried) or failed',
      labelNames: ['channel', 'status'] as const,
      registers,
    }),
    lateness: new Histogram({
      name: 'rondo_notification_lateness_seconds',
      help: 'Time from the moment of a reminder until its notification was in the inbox',
      buckets: [0.05, 0.1, 0.3, 1, 3, 5, 10, 30, 60, 600, 3600, 86_400],
      registers,
    }),
  };
}
