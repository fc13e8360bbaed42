import type { Transaction } from 'kysely';
import { TaskCommand } from '@rondo/shared/contracts/task-command';
import { topics } from '@rondo/shared/contracts/topics';
import { defineService } from '@rondo/shared/define-service';
import { consume } from '@rondo/shared/messaging/declare-consumer';
import type { ServiceBase } from '@rondo/shared/service-definition';
import { todoSettings } from './config.ts';
import { carryOutCommands } from './consumers/carry-out-commands.ts';
import type { TodoContext } from './context.ts';
import { addRoutes } from './routes/routes.ts';
import { eventOutbox } from './store/outbox.ts';
import type { Tables } from './store/tables.ts';
import { WriteQueue } from './store/write-queue.ts';
import { createPurge } from './workers/purge.ts';
import { retentions } from './workers/retentions.ts';

export const service = defineService({
  name: 'todo-service',
  description: 'Tasks of a workspace, their history, and the feed of their changes',
  settings: todoSettings,
  context({ database, reads, clock, ids, telemetry, wake }: ServiceBase<Tables>): TodoContext {
    const writes = new WriteQueue(database, () => wake('relay'));
    return { database, reads, writes, log: telemetry.log, clock, ids };
  },
  routes: [addRoutes],
  consumers: [
    consume({
      topic: topics.taskCommands,
      event: TaskCommand,
      bulk: { maxMessages: 100, maxAwaitMs: 5 },
      handle: async (ctx: TodoContext, commands, trx: Transaction<Tables>, { traceparents }) => ({
        afterCommit: await carryOutCommands(ctx, commands, trx, traceparents),
      }),
    }),
  ],
  outbox: { of: () => eventOutbox, isPressed: ({ writes }) => writes.isPressed },
  workers: { purge: createPurge },
  retention: (ctx, settings) => retentions(ctx, { eventDays: settings.EVENT_RETENTION_DAYS }),
  close: ({ writes }) => writes[Symbol.asyncDispose](),
});
