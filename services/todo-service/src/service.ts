import { TaskCommand } from '@rondo/shared/contracts/task-command';
import { topics } from '@rondo/shared/contracts/topics';
import { createConsumer } from '@rondo/shared/messaging/consumer';
import { addConsumption } from '@rondo/shared/messaging/consumption';
import { openDatabase } from '@rondo/shared/database/database';
import { databaseCheck } from '@rondo/shared/database/database-check';
import { Relay } from '@rondo/shared/messaging/relay';
import type { ServiceDefinition } from '@rondo/shared/service';
import { parseTodoSettings } from './config.ts';
import { carryOutCommands } from './consumers/carry-out-commands.ts';
import { eventOutbox } from './store/outbox.ts';
import { addRoutes } from './routes/routes.ts';
import type { TodoContext } from './context.ts';
import type { Tables } from './store/tables.ts';
import { createPurge } from './workers/purge.ts';
import { WriteQueue } from './store/write-queue.ts';

const name = 'todo-service';
const schema = 'todo_service';

/** Tasks: commands, queries, the change feed, and the relay that publishes what happened. */
export const todoService: ServiceDefinition = {
  name,
  description: 'Tasks of a workspace, their history, and the feed of their changes',
  database: { schema, migrations: `${import.meta.dirname}/../migrations` },

  create(context, databaseUrl, env) {
    const { dapr, log, clock, ids, metrics, tracing } = context;
    const settings = parseTodoSettings(env);
    const database = openDatabase<Tables>(databaseUrl, name, settings.DATABASE_CONNECTIONS);
    const writes = new WriteQueue(database, () => relay.wake());
    const relay: Relay = new Relay({
      databaseUrl,
      name,
      outbox: eventOutbox,
      dapr,
      clock,
      log,
      metrics,
      tracing,
      is_pressed: () => writes.isPressed,
    });
    const ctx: TodoContext = { database, writes, log, clock, ids };
    const process = createConsumer({
      database,
      schema,
      event: TaskCommand,
      handle: (commands, trx, { traceparents }) => carryOutCommands(ctx, commands, trx, traceparents),
      log,
      metrics,
    });
    return {
      addRoutes(app) {
        addRoutes(app, ctx);
        addConsumption(app, {
          service: name,
          schema,
          database,
          consumed: [{ topic: topics.taskCommands, process, bulk: { max_messages: 100, max_await_ms: 5 } }],
          appToken: context.settings.APP_API_TOKEN,
          metrics,
          tracing,
          clock,
        });
      },
      workers: [relay, createPurge(ctx, { eventRetentionDays: settings.EVENT_RETENTION_DAYS })],
      checks: [databaseCheck(database), { name: 'relay', is_required: false, check: () => relay.health() }],
      async close() {
        await writes[Symbol.asyncDispose]();
        await database.destroy();
      },
    };
  },
};
