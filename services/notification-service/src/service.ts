import { topics } from '@rondo/shared/contracts/topics';
import { defineService } from '@rondo/shared/define-service';
import type { ServiceBase } from '@rondo/shared/service-definition';
import { addChannelRoutes } from './channel-routes.ts';
import { notificationSettings, type NotificationServiceSettings } from './config.ts';
import { agendaConsumer, reminderConsumer } from './consumers/consumed-topics.ts';
import { createNotificationContext } from './context.ts';
import { addDeliveryRoutes } from './delivery-routes.ts';
import { addLinkRoutes } from './link-routes.ts';
import { nudgeOutbox } from './outbox.ts';
import { addNotificationRoutes } from './routes.ts';
import { readSecrets } from './secrets.ts';
import { createSenders } from './senders.ts';
import { addSettingsRoutes } from './settings-routes.ts';
import type { Tables } from './tables.ts';
import { createCleanUp } from './workers/clean-up.ts';
import { createDeliveryWorker } from './workers/deliver-waiting.ts';
import { createDigestQueue, createSnoozeQueue } from './workers/due-rows.ts';

export const service = defineService({
  name: 'notification-service',
  description: 'Inbox, channels and digests: people are told what is due',
  settings: notificationSettings,
  context: async (base: ServiceBase<Tables>, settings: NotificationServiceSettings) => ({
    ...createNotificationContext(base),
    senders: createSenders(await readSecrets(base.dapr), settings),
    tracing: base.telemetry.tracing,
  }),
  routes: [
    addNotificationRoutes,
    addSettingsRoutes,
    (app, ctx) => addChannelRoutes(app, ctx, ctx.senders),
    addDeliveryRoutes,
    (app, ctx) => addLinkRoutes(app, ctx, ctx.senders),
  ],
  consumers: [agendaConsumer, reminderConsumer],
  // While reminders come in a flood, nudges may wait.
  outbox: { of: () => nudgeOutbox, isPressed: (_ctx, isBusy) => isBusy(topics.reminders) },
  workers: {
    deliveries: (ctx) => createDeliveryWorker(ctx, ctx.senders, ctx),
    snoozed: createSnoozeQueue,
    digests: createDigestQueue,
    'clean-up': createCleanUp,
  },
  close: ({ senders }) => Promise.resolve(senders[Symbol.asyncDispose]()),
});
