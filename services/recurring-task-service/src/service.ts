import { keptAnswerRetention } from '@rondo/shared/database/kept-answers';
import { defineService } from '@rondo/shared/define-service';
import { messageOutbox } from '@rondo/shared/messaging/message-outbox';
import { recurringSettings } from './config.ts';
import { taskConsumer } from './consumers/follow-tasks.ts';
import { peopleConsumer } from './consumers/keep-people.ts';
import { createRecurringContext } from './context.ts';
import { createReminderQueue } from './reminders/workers/reminder-queue.ts';
import { createReplanQueue } from './reminders/workers/replan-queue.ts';
import { createWantedDates } from './series/workers/wanted-dates.ts';
import { createMissingOccurrences } from './series/workers/missing-occurrences.ts';
import { addScheduleActionRoutes } from './series/routes/schedule-actions.ts';
import { addSchedulePreviewRoutes } from './series/routes/schedule-previews.ts';
import { addScheduleRoutes } from './series/routes/schedules.ts';
import { schema } from './store/tables.ts';

export const service = defineService({
  name: 'recurring-task-service',
  description: 'Series of recurring tasks, previews of their rules, and the reminders of tasks',
  settings: recurringSettings,
  context: createRecurringContext,
  routes: [addSchedulePreviewRoutes, addScheduleRoutes, addScheduleActionRoutes],
  consumers: [taskConsumer, peopleConsumer],
  // Due reminders go first: the time that publishing takes from the database makes them late.
  outbox: { of: messageOutbox, pressure: (_ctx, isBusy) => (isBusy('reminders') ? 1 : 0) },
  workers: {
    reminders: createReminderQueue,
    replan: createReplanQueue,
    missingOccurrences: createMissingOccurrences,
    wantedDates: createWantedDates,
  },
  retention: ({ database }) => [keptAnswerRetention(database, schema)],
});
