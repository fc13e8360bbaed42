import { NotificationNudge } from '@rondo/shared/contracts/notification';
import { TaskEvent } from '@rondo/shared/contracts/task-event';
import { topics } from '@rondo/shared/contracts/topics';
import { defineService } from '@rondo/shared/define-service';
import { listen } from '@rondo/shared/messaging/declare-consumer';
import { websocketSettings } from './config.ts';
import { broadcastNudges } from './consumers/broadcast-nudges.ts';
import { broadcastUpdates } from './consumers/broadcast-updates.ts';
import { createSyncContext } from './context.ts';
import { addSyncRoutes } from './routes/sync.ts';
import { addSocketServer } from './transports/socket-server.ts';
import { createTokenExpiry } from './workers/end-with-token.ts';
import { createHeartbeat } from './workers/heartbeat.ts';
import { createConnectionReporter } from './workers/report-connections.ts';

export const service = defineService({
  name: 'websocket-service',
  description: 'Live task events over WebSocket, resumable by seq',
  settings: websocketSettings,
  context: createSyncContext,
  routes: [addSyncRoutes, addSocketServer],
  consumers: [
    // Bulk delivery: under load, delivering events one by one would cost more than the rest of their processing.
    listen({
      topic: topics.taskUpdates,
      event: TaskEvent,
      bulk: { maxAwaitMs: 2 },
      process: broadcastUpdates,
    }),
    listen({
      topic: topics.notificationUpdates,
      event: NotificationNudge,
      bulk: { maxAwaitMs: 2 },
      process: broadcastNudges,
    }),
  ],
  workers: {
    heartbeat: createHeartbeat,
    tokens: createTokenExpiry,
    connections: createConnectionReporter,
  },
  checks: ({ state }) => [state.check],
});
