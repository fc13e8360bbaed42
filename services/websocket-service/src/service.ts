import { components, deadLetterTopicOf, topics } from '@rondo/shared/contracts/topics';
import type { ServiceDefinition } from '@rondo/shared/runtime/service';
import { addSubscriptions } from '@rondo/shared/runtime/subscriptions';
import { parseWebsocketSettings } from './config.ts';
import { broadcastUpdates } from './consumers/broadcast-update.ts';
import { addSyncRoutes } from './routes.ts';
import { createSocketServer } from './socket-server.ts';
import { createSockets } from './sockets.ts';
import { createSyncMetrics } from './sync-metrics.ts';
import { createTickets } from './tickets.ts';
import { createWorkspaceBuffers } from './workspace-buffer.ts';

const name = 'websocket-service';

/** Live updates: tickets, sockets, and a short memory that lets clients resume. It has no database of its own. */
export const websocketService: ServiceDefinition = {
  name,
  description: 'Live task events over WebSocket, resumable by seq',

  create({ settings, dapr, clock, log, metrics }, _databaseUrl, env) {
    const buffers = createWorkspaceBuffers({ max_events: 1_000, max_workspaces: 10_000 });
    const syncMetrics = createSyncMetrics(metrics, () => sockets.size);
    const sockets = createSockets(() => syncMetrics.slow_readers.inc());
    const tickets = createTickets({ dapr, clock });
    const server = createSocketServer({
      settings: parseWebsocketSettings(env),
      tickets,
      sockets,
      buffers,
      metrics: syncMetrics,
      log,
    });
    return {
      addRoutes(app) {
        addSyncRoutes(app, { tickets, sockets });
        addSubscriptions(app, {
          appToken: settings.APP_API_TOKEN,
          metrics,
          subscriptions: [
            {
              topic: topics.taskUpdates,
              pubsub: components.fanout,
              process: broadcastUpdates({ buffers, sockets, metrics: syncMetrics, log }),
              dead_letter_topic: deadLetterTopicOf(name),
            },
          ],
        });
        server.attach(app.server);
        // Before the HTTP server closes: it would wait for the sockets for ever.
        app.addHook('preClose', () => server[Symbol.asyncDispose]());
      },
    };
  },
};
