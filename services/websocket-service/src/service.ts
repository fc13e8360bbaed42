import { topics } from '@rondo/shared/contracts/topics';
import { defineService } from '@rondo/shared/define-service';
import { listen } from '@rondo/shared/messaging/declare-consumer';
import { websocketSettings } from './config.ts';
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
    listen({
      topic: topics.taskUpdates,
      // Bulk delivery: under load, delivering events one by one would cost more than the rest of their processing.
      bulk: { maxAwaitMs: 2 },
      process: broadcastUpdates,
    }),
  ],
  workers: {
    heartbeat: createHeartbeat,
    tokens: createTokenExpiry,
    connections: createConnectionReporter,
  },
  checks: ({ state }) => [state.check],
});
