import { Histogram } from 'prom-client';
import { TaskEvent } from '@rondo/shared/contracts/task-event';
import { topics } from '@rondo/shared/contracts/topics';
import { createConsumer } from '@rondo/shared/messaging/consumer';
import { addConsumption } from '@rondo/shared/messaging/consumption';
import { openDatabase } from '@rondo/shared/database/database';
import { databaseCheck } from '@rondo/shared/database/database-check';
import { DueQueue } from '@rondo/shared/workers/due-queue';
import { createHourlyWorker } from '@rondo/shared/workers/hourly';
import { forgetEvents } from '@rondo/shared/messaging/inbox';
import { staleEventsOf } from '@rondo/shared/observability/metrics';
import { messageOutbox } from '@rondo/shared/messaging/message-outbox';
import { Relay } from '@rondo/shared/messaging/relay';
import type { ServiceDefinition } from '@rondo/shared/service';
import { parseRecurringSettings } from './config.ts';
import { followTasks } from './consumers/follow-tasks.ts';
import type { RecurringContext } from './context.ts';
import { isFollowed } from './domain/follow-task.ts';
import { fireReminders } from './reminders/commands/fire-reminders.ts';
import { untilNextReminder } from './reminders/queries/until-next-reminder.ts';
import { addScheduleActionRoutes } from './series/routes/schedule-actions.ts';
import { addSchedulePreviewRoutes } from './series/routes/schedule-previews.ts';
import { addScheduleRoutes } from './series/routes/schedules.ts';
import { schema, type Tables } from './store/tables.ts';

const name = 'recurring-task-service';

/** Recurrence and reminders: what comes of a rule, which task follows a completed one, and when somebody is reminded. */
export const recurringTaskService: ServiceDefinition = {
  name,
  description: 'Series of recurring tasks, previews of their rules, and the reminders of tasks',
  database: { schema, migrations: `${import.meta.dirname}/../migrations` },

  create({ settings, dapr, log, clock, ids, metrics, tracing }, databaseUrl, env) {
    const { DATABASE_CONNECTIONS: connections } = parseRecurringSettings(env);
    const database = openDatabase<Tables>(databaseUrl, name, connections);
    const relay: Relay = new Relay({
      databaseUrl,
      name,
      outbox: messageOutbox(schema),
      dapr,
      clock,
      log,
      metrics,
      tracing,
      // What comes due goes first: it is late by every millisecond that publishing takes of the database.
      is_pressed: () => reminders.is_behind,
    });
    const lateness = new Histogram({
      name: 'rondo_reminder_lateness_seconds',
      help: 'How long after their time reminders fired, by the clock of the database',
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 10, 60, 600, 3_600],
      registers: [metrics],
    });
    const reminders: DueQueue = new DueQueue({
      name: 'reminders',
      async fire(limit) {
        const fired = await fireReminders(database, limit);
        for (const ms of fired) lateness.observe(ms / 1_000);
        if (fired.length > 0) relay.wake();
        return fired.length;
      },
      untilNext: () => untilNextReminder(database),
      rest_ms: 300,
      log,
    });
    const wake = () => {
      relay.wake();
      reminders.wake();
    };
    const ctx: RecurringContext = { database, clock, ids, wake };
    const staleEvents = staleEventsOf(metrics);
    const process = createConsumer({
      database,
      schema,
      event: TaskEvent,
      concerns: isFollowed,
      handle: async (events, trx, { traceparents }) => {
        const stale = await followTasks(events, trx, { ids, traceparents });
        return () => {
          staleEvents.inc(stale);
          wake();
        };
      },
      log,
      metrics,
    });
    return {
      addRoutes(app) {
        addSchedulePreviewRoutes(app);
        addScheduleRoutes(app, ctx);
        addScheduleActionRoutes(app, ctx);
        addConsumption(app, {
          service: name,
          schema,
          database,
          consumed: [{ topic: topics.taskEvents, process, bulk: { max_messages: 500, max_await_ms: 15 } }],
          appToken: settings.APP_API_TOKEN,
          metrics,
          tracing,
          clock,
        });
      },
      workers: [
        relay,
        reminders,
        createHourlyWorker({
          name: 'forget inbox',
          processAll: () => forgetEvents(database, schema, clock.now()),
          log,
        }),
      ],
      checks: [databaseCheck(database), { name: 'relay', is_required: false, check: () => relay.health() }],
      close: () => database.destroy(),
    };
  },
};
