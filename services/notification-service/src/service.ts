import { ReminderEvent } from '@rondo/shared/contracts/reminder-event';
import { TaskEvent } from '@rondo/shared/contracts/task-event';
import { topics } from '@rondo/shared/contracts/topics';
import { createConsumer } from '@rondo/shared/messaging/consumer';
import { addConsumption } from '@rondo/shared/messaging/consumption';
import { openDatabase } from '@rondo/shared/database/database';
import { databaseCheck } from '@rondo/shared/database/database-check';
import { staleEventsOf } from '@rondo/shared/observability/metrics';
import { Relay } from '@rondo/shared/messaging/relay';
import type { ServiceContext, ServiceDefinition } from '@rondo/shared/service';
import type { Processor } from '@rondo/shared/messaging/cloud-event';
import { concernsAgenda } from './digests/domain/agenda.ts';
import { addChannelRoutes } from './channels/routes/channel-routes.ts';
import { parseNotificationSettings } from './config.ts';
import { followTasks } from './digests/consumers/follow-tasks.ts';
import { takeReminders } from './inbox/consumers/take-reminders.ts';
import type { NotificationContext, Wakes } from './context.ts';
import { addDeliveryRoutes } from './deliveries/routes/delivery-routes.ts';
import { createNotificationMetrics } from './metrics.ts';
import { nudgeOutbox } from './store/nudge-outbox.ts';
import { addNotificationRoutes } from './inbox/routes/notification-routes.ts';
import { readSecrets } from './secrets.ts';
import { createChannelDispatcher } from './channels/transports/channel-dispatcher.ts';
import { addSettingsRoutes } from './settings/routes/settings-routes.ts';
import type { Tables } from './store/tables.ts';
import { addLinkRoutes } from './channels/routes/link-routes.ts';
import { createCleanUp } from './workers/clean-up.ts';
import { createDeliveryWorker } from './deliveries/workers/deliver-waiting.ts';
import { createDigestQueue } from './digests/workers/digest-queue.ts';
import { createSnoozeQueue } from './inbox/workers/snooze-queue.ts';

const name = 'notification-service';
const schema = 'notification_service';

/** The inbox of each person, and the ways in which they are reached outside of the app. */
export const notificationService: ServiceDefinition = {
  name,
  description: 'Inbox, channels and digests: people are told what is due',
  database: { schema, migrations: `${import.meta.dirname}/../migrations` },

  async create(context, databaseUrl, env) {
    const { dapr, log, clock, ids, metrics, tracing } = context;
    const settings = parseNotificationSettings(env);
    const dispatcher = createChannelDispatcher(await readSecrets(dapr), settings);
    const database = openDatabase<Tables>(databaseUrl, name, settings.DATABASE_CONNECTIONS);
    const wake: Wakes = {
      relay: () => relay.wake(),
      deliveries: () => deliveries.wake(),
      snoozed: () => snoozed.wake(),
      digests: () => digests.wake(),
    };
    const ctx = { database, wake, metrics: createNotificationMetrics(metrics), log, clock, ids };
    const intake = createIntake(ctx, metrics);
    const staleEvents = staleEventsOf(metrics);
    const agenda = createConsumer({
      database,
      schema,
      event: TaskEvent,
      concerns: concernsAgenda,
      handle: async (events, trx) => {
        const stale = await followTasks(events, trx, clock.now());
        return () => staleEvents.inc(stale);
      },
      log,
      metrics,
    });
    const relay: Relay = new Relay({
      databaseUrl,
      name,
      outbox: nudgeOutbox,
      dapr,
      clock,
      log,
      metrics,
      tracing,
      is_pressed: intake.is_pressed,
    });
    const deliveries = createDeliveryWorker(ctx, dispatcher, { tracing });
    const snoozed = createSnoozeQueue(ctx);
    const digests = createDigestQueue(ctx);
    return {
      addRoutes(app) {
        addNotificationRoutes(app, ctx);
        addSettingsRoutes(app, ctx);
        addChannelRoutes(app, ctx, dispatcher);
        addDeliveryRoutes(app, ctx);
        addLinkRoutes(app, ctx, dispatcher);
        addConsumption(app, {
          service: name,
          schema,
          database,
          consumed: [
            // A digest looks at the agenda once a day: what changes it may come in few large deliveries.
            { topic: topics.taskEvents, process: agenda, bulk: { max_messages: 500, max_await_ms: 500 } },
            {
              topic: topics.reminders,
              process: intake.process,
              bulk: { max_messages: 500, max_await_ms: 10 },
            },
          ],
          appToken: context.settings.APP_API_TOKEN,
          metrics,
          tracing,
          clock,
        });
      },
      workers: [relay, deliveries, snoozed, digests, createCleanUp(ctx)],
      checks: [databaseCheck(database), { name: 'relay', is_required: false, check: () => relay.health() }],
      async close() {
        await dispatcher[Symbol.asyncDispose]();
        await database.destroy();
      },
    };
  },
};

/** What becomes of reminders. Under pressure, when they come in a flood, nudges may wait a little. */
function createIntake(
  ctx: NotificationContext,
  metrics: ServiceContext['metrics'],
): { process: Processor; is_pressed: () => boolean } {
  const { database, log } = ctx;
  const take = createConsumer({
    database,
    schema,
    event: ReminderEvent,
    known_by: 'effect',
    handle: (events, trx, context) => takeReminders(ctx, events, trx, context),
    log,
    metrics,
  });
  let underWay = 0;
  return {
    async process(events) {
      underWay += 1;
      const verdicts = await take(events);
      underWay -= 1;
      return verdicts;
    },
    is_pressed: () => underWay > 0,
  };
}
