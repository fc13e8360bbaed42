import { ReminderEvent } from '@rondo/shared/contracts/reminder-event';
import { TaskEvent } from '@rondo/shared/contracts/task-event';
import { deadLetterTopicOf, topics } from '@rondo/shared/contracts/topics';
import { createConsumer } from '@rondo/shared/runtime/consumer';
import { openDatabase } from '@rondo/shared/runtime/database';
import { databaseCheck } from '@rondo/shared/runtime/database-check';
import { addDeadLetterRoutes, deadLetterSubscription } from '@rondo/shared/runtime/dead-letters';
import { Relay } from '@rondo/shared/runtime/relay';
import type { ServiceContext, ServiceDefinition } from '@rondo/shared/runtime/service';
import {
  addSubscriptions,
  processByTopic,
  type CloudEvent,
  type Processor,
  type Verdict,
} from '@rondo/shared/runtime/subscriptions';
import { concernsAgenda } from './agenda.ts';
import { addChannelRoutes } from './channel-routes.ts';
import { parseNotificationSettings } from './config.ts';
import { followTasks } from './consumers/follow-tasks.ts';
import { takeReminders } from './consumers/take-reminders.ts';
import type { NotificationContext, Wakes } from './context.ts';
import { addDeliveryRoutes } from './delivery-routes.ts';
import { createNotificationMetrics } from './notification-metrics.ts';
import { nudgeOutbox } from './outbox.ts';
import { addNotificationRoutes } from './routes.ts';
import { readSecrets } from './secrets.ts';
import { createSenders } from './senders.ts';
import { addSettingsRoutes } from './settings-routes.ts';
import type { Tables } from './tables.ts';
import { addLinkRoutes } from './link-routes.ts';
import { createCleanUp } from './workers/clean-up.ts';
import { createDeliveryWorker } from './workers/deliver-waiting.ts';
import { createDigestQueue, createSnoozeQueue } from './workers/due-rows.ts';

const name = 'notification-service';
const schema = 'notification_service';
/** A digest looks at the agenda once a day: what changes it may come in few large deliveries. */
const bulk = {
  [topics.reminders]: { max_messages: 500, max_await_ms: 10 },
  [topics.taskEvents]: { max_messages: 500, max_await_ms: 500 },
};

/** The inbox of each person, and the ways in which they are reached outside of the app. */
export const notificationService: ServiceDefinition = {
  name,
  description: 'Inbox, channels and digests: people are told what is due',
  database: { schema, migrations: `${import.meta.dirname}/../migrations` },

  async create({ settings: { APP_API_TOKEN: appToken }, dapr, log, clock, ids, metrics }, databaseUrl, env) {
    const settings = parseNotificationSettings(env);
    const senders = createSenders(await readSecrets(dapr), settings);
    const database = openDatabase<Tables>(databaseUrl, name, settings.DATABASE_CONNECTIONS);
    const wake: Wakes = {
      relay: () => relay.wake(),
      deliveries: () => deliveries.wake(),
      snoozed: () => snoozed.wake(),
      digests: () => digests.wake(),
    };
    const ctx = { database, wake, metrics: createNotificationMetrics(metrics), log, clock, ids };
    const processors = createProcessors(ctx, metrics);
    const relay: Relay = new Relay({
      databaseUrl,
      name,
      outbox: nudgeOutbox,
      dapr,
      clock,
      log,
      metrics,
      is_pressed: processors.is_pressed,
    });
    const deliveries = createDeliveryWorker(ctx, senders);
    const snoozed = createSnoozeQueue(ctx);
    const digests = createDigestQueue(ctx);
    return {
      addRoutes(app) {
        addNotificationRoutes(app, ctx);
        addSettingsRoutes(app, ctx);
        addChannelRoutes(app, ctx, senders);
        addDeliveryRoutes(app, ctx);
        addLinkRoutes(app, ctx, senders);
        addDeadLetterRoutes(app, database, { schema, process: processByTopic(processors.by_topic) });
        addSubscriptions(app, {
          appToken,
          metrics,
          subscriptions: [
            ...([topics.reminders, topics.taskEvents] as const).map((topic) => ({
              topic,
              process: processors.by_topic[topic],
              bulk: bulk[topic],
              dead_letter_topic: deadLetterTopicOf(name),
            })),
            deadLetterSubscription(database, { service: name, schema }),
          ],
        });
      },
      workers: [relay, deliveries, snoozed, digests, createCleanUp(ctx)],
      checks: [databaseCheck(database), { name: 'relay', is_required: false, check: () => relay.health() }],
      async close() {
        await senders[Symbol.asyncDispose]();
        await database.destroy();
      },
    };
  },
};

type Processors = {
  by_topic: Record<keyof typeof bulk, Processor>;
  is_pressed: () => boolean;
};

/** What becomes of the events of each topic. Under pressure, when reminders come in a flood, nudges may wait a little. */
function createProcessors(ctx: NotificationContext, metrics: ServiceContext['metrics']): Processors {
  const { database, log, clock } = ctx;
  const shared = { database, schema, log, metrics };
  const reminders = createConsumer({
    ...shared,
    event: ReminderEvent,
    handle: (events, trx, context) => takeReminders(ctx, events, trx, context),
  });
  const tasks = createConsumer({
    ...shared,
    event: TaskEvent,
    concerns: concernsAgenda,
    handle: (events, trx) => followTasks(events, trx, clock.now()),
  });
  let underWay = 0;

  async function takeCounted(events: CloudEvent[]): Promise<Verdict[]> {
    underWay += 1;
    const verdicts = await reminders(events);
    underWay -= 1;
    return verdicts;
  }

  return {
    by_topic: { [topics.reminders]: takeCounted, [topics.taskEvents]: tasks },
    is_pressed: () => underWay > 0,
  };
}
