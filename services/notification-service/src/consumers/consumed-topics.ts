import type { Transaction } from 'kysely';
import { ReminderEvent } from '@rondo/shared/contracts/reminder-event';
import { TaskEvent } from '@rondo/shared/contracts/task-event';
import { topics } from '@rondo/shared/contracts/topics';
import { consume } from '@rondo/shared/messaging/declare-consumer';
import { concernsAgenda } from '../agenda.ts';
import type { NotificationContext } from '../context.ts';
import type { Tables } from '../tables.ts';
import { followTasks } from './follow-tasks.ts';
import { takeReminders } from './take-reminders.ts';

/** Keeps the agenda of each person. A digest reads it once a day, so changes may come in few large deliveries. */
export const agendaConsumer = consume({
  topic: topics.taskEvents,
  event: TaskEvent,
  bulk: { maxMessages: 500, maxAwaitMs: 500 },
  concerns: concernsAgenda,
  countsStale: true,
  handle: async ({ clock }: NotificationContext, events, trx: Transaction<Tables>) => ({
    stale: await followTasks(events, trx, clock.now()),
  }),
});

/** Adds an entry to the inbox for each reminder. The entry's id recognises duplicates. */
export const reminderConsumer = consume({
  topic: topics.reminders,
  event: ReminderEvent,
  bulk: { maxMessages: 500, maxAwaitMs: 10 },
  knownBy: 'effect',
  handle: async (ctx: NotificationContext, events, trx: Transaction<Tables>, handling) => ({
    afterCommit: await takeReminders(ctx, events, trx, handling),
  }),
});
