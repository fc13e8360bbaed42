import { topics } from '@rondo/shared/contracts/topics';
import { defineService } from '@rondo/shared/define-service';
import type { ServiceBase } from '@rondo/shared/service-definition';
import { addChannelRoutes } from './channels/routes/channel-routes.ts';
import { addLinkRoutes } from './channels/routes/link-routes.ts';
import { createChannelDispatcher } from './channels/transports/channel-dispatcher.ts';
import { notificationSettings, type NotificationServiceSettings } from './config.ts';
import { taskConsumer } from './consumers/follow-tasks.ts';
import { createNotificationContext } from './context.ts';
import { addDeliveryRoutes } from './deliveries/routes/delivery-routes.ts';
import { createDeliveryWorker } from './deliveries/workers/deliver-waiting.ts';
import { checkpointConsumer } from './digests/consumers/keep-checkpoints.ts';
import { createDigestQueue } from './digests/workers/digest-queue.ts';
import { reminderConsumer } from './inbox/consumers/take-reminders.ts';
import { addNotificationRoutes } from './inbox/routes/notification-routes.ts';
import { createSnoozeQueue } from './inbox/workers/snooze-queue.ts';
import { readSecrets } from './secrets.ts';
import { addSettingsRoutes } from './settings/routes/settings-routes.ts';
import { serviceOutbox } from './store/service-outbox.ts';
import type { Tables } from './store/tables.ts';
import { retentions } from './workers/retentions.ts';

export const service = defineService({
  name: 'notification-service',
  description: 'Inbox, channels, deliveries and digests',
  settings: notificationSettings,
  context: async (base: ServiceBase<Tables>, settings: NotificationServiceSettings) => ({
    ...createNotificationContext(base),
    dispatcher: createChannelDispatcher(await readSecrets(base.dapr), settings),
    tracing: base.telemetry.tracing,
  }),
  routes: [
    addNotificationRoutes,
    addSettingsRoutes,
    (app, ctx) => addChannelRoutes(app, ctx, ctx.dispatcher),
    addDeliveryRoutes,
    (app, ctx) => addLinkRoutes(app, ctx, ctx.dispatcher),
  ],
  consumers: [taskConsumer, reminderConsumer, checkpointConsumer],
  // During a burst of reminders, nudges may wait.
  outbox: { of: () => serviceOutbox, pressure: (_ctx, isBusy) => (isBusy(topics.reminders) ? 1 : 0) },
  workers: {
    deliveries: (ctx) => createDeliveryWorker(ctx, ctx.dispatcher, ctx),
    snoozed: createSnoozeQueue,
    digests: createDigestQueue,
  },
  retention: retentions,
  close: ({ dispatcher }) => Promise.resolve(dispatcher[Symbol.asyncDispose]()),
});
