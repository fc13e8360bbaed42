import { defineService } from '@rondo/shared/define-service';
import { todoSettings } from './config.ts';
import { commandsConsumer } from './consumers/keep-commands.ts';
import { peopleConsumer } from './consumers/keep-people.ts';
import { seriesConsumer } from './consumers/keep-series.ts';
import { createServiceContext } from './context.ts';
import { addHistoryOfRequest } from './routes/history-of-request.ts';
import { addRoutes } from './routes/routes.ts';
import { addZoneOfPerson } from './routes/zone-of-person.ts';
import { eventOutbox } from './store/outbox.ts';
import { createCommandMetrics } from './store/command-metrics.ts';
import { createCommandTurns } from './workers/command-turns.ts';
import { createColumnFiller } from './workers/fill-columns.ts';
import { createFloatingMover } from './workers/move-floating-tasks.ts';
import { createNumbering } from './workers/number-tasks.ts';
import { createPurge } from './workers/purge.ts';
import { createZoneRefresh } from './workers/refresh-zones.ts';
import { retentions } from './workers/retentions.ts';

export const service = defineService({
  name: 'todo-service',
  description: 'Tasks of a workspace, their history, and the feed of their changes',
  settings: todoSettings,
  context: createServiceContext,
  routes: [
    (app, { zones }) => addZoneOfPerson(app, zones),
    (app, { history }) => addHistoryOfRequest(app, history),
    (app, { todo }) => addRoutes(app, todo),
  ],
  consumers: [commandsConsumer, peopleConsumer, seriesConsumer],
  outbox: {
    of: () => eventOutbox,
    pressure: ({ todo }) => todo.writes.pressure,
    backlogPerSecond: (settings) => settings.BACKLOG_EVENTS_PER_SECOND,
  },
  workers: {
    commands: ({ todo, metrics }) => createCommandTurns(todo, createCommandMetrics(metrics, todo.database)),
    purge: ({ todo }) => createPurge(todo),
    floating: ({ todo }) => createFloatingMover(todo),
    fillColumns: ({ todo }) => createColumnFiller(todo),
    numbers: ({ todo }) => createNumbering(todo),
    zones: ({ todo, zones }) => createZoneRefresh(zones, todo.log),
  },
  retention: ({ todo }, settings) => retentions(todo, { eventDays: settings.EVENT_RETENTION_DAYS }),
  close: ({ todo }) => todo.writes[Symbol.asyncDispose](),
});
