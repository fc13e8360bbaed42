import type { Transaction } from 'kysely';
import { TaskEvent } from '@rondo/shared/contracts/task-event';
import { topics } from '@rondo/shared/contracts/topics';
import { defineService } from '@rondo/shared/define-service';
import { consume } from '@rondo/shared/messaging/declare-consumer';
import { messageOutbox } from '@rondo/shared/messaging/message-outbox';
import type { ServiceBase } from '@rondo/shared/service-definition';
import { recurringSettings } from './config.ts';
import { followTasks } from './consumers/follow-tasks.ts';
import { isFollowed } from './follow-task.ts';
import { addScheduleRoutes } from './routes.ts';
import type { RecurringContext, Tables } from './tables.ts';
import { createReminderQueue } from './workers/reminder-queue.ts';

const createContext = ({ database, clock, ids, telemetry, wake }: ServiceBase<Tables>) => {
  const wakeBoth = () => {
    wake('relay');
    wake('reminders');
  };
  const ctx: RecurringContext = { database, clock, ids, wake: wakeBoth };
  return { ...ctx, telemetry, onFired: () => wake('relay') };
};

export const service = defineService({
  name: 'recurring-task-service',
  description: 'Series of recurring tasks, previews of their rules, and the reminders of tasks',
  settings: recurringSettings,
  context: createContext,
  routes: [addScheduleRoutes],
  consumers: [
    consume({
      topic: topics.taskEvents,
      event: TaskEvent,
      bulk: { maxMessages: 500, maxAwaitMs: 15 },
      concerns: isFollowed,
      countsStale: true,
      wakes: ['relay', 'reminders'],
      handle: async ({ ids }: RecurringContext, events, trx: Transaction<Tables>, { traceparents }) => ({
        stale: await followTasks(events, trx, { ids, traceparents }),
      }),
    }),
  ],
  // What comes due goes first: every millisecond that publishing takes of the database makes a reminder late.
  outbox: { of: messageOutbox, isPressed: (_ctx, isBusy) => isBusy('reminders') },
  workers: { reminders: createReminderQueue },
});
