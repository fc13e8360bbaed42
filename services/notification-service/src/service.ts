import { topics } from '@rondo/shared/contracts/topics';
import { defineService } from '@rondo/shared/define-service';
import type { ServiceBase } from '@rondo/shared/service-definition';
import { addChannelRoutes } from './channels/routes/channel-routes.ts';
import { addLinkRoutes } from './channels/routes/link-routes.ts';
import { createChannelDispatcher } from './channels/transports/channel-dispatcher.ts';
import { notificationSettings, type NotificationServiceSettings } from './config.ts';
import { createNotificationContext } from './context.ts';
import { addDeliveryRoutes } from './deliveries/routes/delivery-routes.ts';
import { createDeliveryWorker } from './deliveries/workers/deliver-waiting.ts';
import { agendaConsumer } from './digests/consumers/follow-tasks.ts';
import { createDigestQueue } from './digests/workers/digest-queue.ts';
import { reminderConsumer } from './inbox/consumers/take-reminders.ts';
import { addNotificationRoutes } from './inbox/routes/notification-routes.ts';
import { createSnoozeQueue } from './inbox/workers/snooze-queue.ts';
import { readSecrets } from './secrets.ts';
import { addSettingsRoutes } from './settings/routes/settings-routes.ts';
import { nudgeOutbox } from './store/nudge-outbox.ts';
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
  consumers: [agendaConsumer, reminderConsumer],
  // During a burst of reminders, nudges may wait.
  outbox: { of: () => nudgeOutbox, isPressed: (_ctx, isBusy) => isBusy(topics.reminders) },
  workers: {
    deliveries: (ctx) => createDeliveryWorker(ctx, ctx.dispatcher, ctx),
    snoozed: createSnoozeQueue,
    digests: createDigestQueue,
  },
  retention: retentions,
  close: ({ dispatcher }) => Promise.resolve(dispatcher[Symbol.asyncDispose]()),
});
