import { components, deadLetterTopicOf, topics } from '@rondo/shared/contracts/topics';
import type { DaprClient } from '@rondo/shared/messaging/dapr-client';
import type { DependencyCheck } from '@rondo/shared/http/health';
import type { ServiceDefinition } from '@rondo/shared/service';
import { addSubscriptions } from '@rondo/shared/messaging/subscriptions';
import { parseWebsocketSettings } from './config.ts';
import { createConnectionCounts } from './store/connection-counts.ts';
import { broadcastUpdates } from './consumers/broadcast-update.ts';
import { addSyncRoutes } from './routes/sync.ts';
import { createSocketServer } from './transports/socket-server.ts';
import { createSockets } from './transports/sockets.ts';
import { createSyncMetrics } from './metrics.ts';
import { createTickets } from './store/tickets.ts';
import { createHeartbeat } from './workers/heartbeat.ts';
import { createConnectionReporter } from './workers/report-connections.ts';
import { createWorkspaceBuffers } from './domain/workspace-buffer.ts';

const name = 'websocket-service';
const mebibyte = 1024 * 1024;

/** Live updates: tickets, sockets, and a short memory that lets clients resume. It has no database of its own. */
export const websocketService: ServiceDefinition = {
  name,
  description: 'Live task events over WebSocket, resumable by seq',

  create(context, _databaseUrl, env) {
    const { dapr, clock, ids, log, metrics, tracing } = context;
    const settings = parseWebsocketSettings(env);
    const buffers = createWorkspaceBuffers({
      max_events: 1_000,
      max_bytes: mebibyte,
      max_workspaces: 10_000,
      max_total_bytes: 64 * mebibyte,
    });
    const syncMetrics = createSyncMetrics(metrics, () => sockets.all(), buffers);
    const sockets = createSockets({
      onSlowReader: () => syncMetrics.slow_readers.inc(),
      onCount: (personId) => reporter.changed(personId),
    });
    const counts = createConnectionCounts({ dapr, clock, replica: ids.next() });
    const reporter = createConnectionReporter({ counts, sockets, log });
    const heartbeat = createHeartbeat({ sockets, buffers, every_ms: settings.HEARTBEAT_SECONDS * 1000 });
    const tickets = createTickets({ dapr, clock });
    const server = createSocketServer({ settings, tickets, sockets, buffers, metrics: syncMetrics, log });
    return {
      addRoutes(app) {
        addSyncRoutes(app, { tickets, sockets, counts });
        addSubscriptions(app, {
          appToken: context.settings.APP_API_TOKEN,
          metrics,
          tracing,
          clock,
          subscriptions: [
            {
              topic: topics.taskUpdates,
              pubsub: components.fanout,
              process: broadcastUpdates({ buffers, sockets, metrics: syncMetrics, clock, log }),
              dead_letter_topic: deadLetterTopicOf(name),
              // Under load what waits goes together: one by one it would cost more than all that comes before it.
              bulk: { max_messages: 500, max_await_ms: 2 },
            },
          ],
        });
        server.attach(app.server);
        // Before the HTTP server closes: it would wait for the sockets for ever.
        app.addHook('preClose', () => server[Symbol.asyncDispose]());
      },
      workers: [heartbeat, reporter],
      checks: [stateStoreCheck(dapr)],
    };
  },
};

/** Without the state store nobody gets in: no ticket can be given or redeemed. */
function stateStoreCheck(dapr: DaprClient): DependencyCheck {
  return {
    name: components.statestore,
    is_required: true,
    async check() {
      await dapr.getState(components.statestore, 'readiness');
      return { status: 'up' };
    },
  };
}
