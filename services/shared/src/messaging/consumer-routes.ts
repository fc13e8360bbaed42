import type { Clock } from '../clock.ts';
import { deadLetterTopicOf } from '../contracts/topics.ts';
import type { HttpServer } from '../http/http-server.ts';
import type { Telemetry } from '../observability/telemetry.ts';
import type { ConsumerProgress } from './consumer-progress.ts';
import type { DaprClient } from './dapr-client.ts';
import { addDeadLetterRoutes } from './dead-letter-routes.ts';
import { deadLetterSubscription } from './dead-letters.ts';
import type { Consumer, OwnDatabase } from './declare-consumer.ts';
import { addSubscriptions, processByTopic } from './subscriptions.ts';

/**
 * Adds the routes of a service that consumes topics: the deliveries of each topic; with a database also those of its own
 * dead-letter topic, and the operator's routes that list and redrive dead letters.
 */
export function addConsumerRoutes<Tables>(
  app: HttpServer,
  {
    service,
    database,
    consumers,
    progress,
    appToken,
    dapr,
    clock,
    telemetry,
  }: {
    service: string;
    database: OwnDatabase<Tables> | undefined;
    consumers: Consumer[];
    progress: ConsumerProgress;
    appToken: string;
    dapr: DaprClient;
    clock: Clock;
    telemetry: Telemetry;
  },
): void {
  const deadLetterTopic = deadLetterTopicOf(service);
  const subscriptions = consumers.map((consumer) => ({ ...consumer, deadLetterTopic }));
  const { metrics, tracing } = telemetry;
  if (!database) {
    addSubscriptions(app, { subscriptions, progress, appToken, metrics, tracing, clock });
    return;
  }
  const { handle, schema } = database;
  const processors = new Map(consumers.map(({ topic, process }) => [topic, process]));
  addDeadLetterRoutes(app, handle, { service, schema, process: processByTopic(processors), dapr });
  const deadLetters = deadLetterSubscription(handle, { service, schema });
  addSubscriptions(app, {
    subscriptions: [...subscriptions, deadLetters],
    progress,
    appToken,
    metrics,
    tracing,
    clock,
  });
}
