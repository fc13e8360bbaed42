import type { QueryExecutorProvider } from 'kysely';
import { deadLetterTopicOf } from '../contracts/topics.ts';
import type { Clock } from '../clock.ts';
import { addDeadLetterRoutes, deadLetterSubscription } from './dead-letters.ts';
import type { HttpServer } from '../http/http-server.ts';
import type { Metrics } from '../observability/metrics.ts';
import { addSubscriptions, processByTopic, type Subscription } from './subscriptions.ts';
import type { Tracing } from '../observability/tracing.ts';

/**
 * Adds all that consuming takes: a route for each subscription, its dead letters on the service's own topic, which the same
 * service records, and the operator's routes to list and redrive them.
 */
export function addConsumption(
  app: HttpServer,
  {
    service,
    schema,
    database,
    consumed,
    appToken,
    metrics,
    tracing,
    clock,
  }: {
    service: string;
    /** The service's schema, which holds its `dead_letters`. */
    schema: string;
    database: QueryExecutorProvider;
    consumed: Pick<Subscription, 'topic' | 'process' | 'bulk'>[];
    appToken: string;
    metrics: Metrics;
    tracing: Tracing;
    clock: Clock;
  },
): void {
  const processors = Object.fromEntries(consumed.map(({ topic, process }) => [topic, process]));
  addDeadLetterRoutes(app, database, { schema, process: processByTopic(processors) });
  addSubscriptions(app, {
    appToken,
    metrics,
    tracing,
    clock,
    subscriptions: [
      ...consumed.map((subscription) => ({
        ...subscription,
        dead_letter_topic: deadLetterTopicOf(service),
      })),
      deadLetterSubscription(database, { service, schema }),
    ],
  });
}
