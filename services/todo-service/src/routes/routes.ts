import type { HttpServer } from '@rondo/shared/http/http-server';
import type { TodoContext } from '../context.ts';
import { addCalendarFeedRoutes } from './calendar-feed.ts';
import { addCalendarImportRoutes } from './calendar-import.ts';
import { addListAndLabelRoutes } from './lists-and-labels.ts';
import { addQuickAddRoutes } from './quick-add.ts';
import { addSyncRoutes } from './sync.ts';
import { addTaskActionRoutes } from './task-actions.ts';
import { addTaskHistoryRoutes } from './task-history.ts';
import { addTaskRoutes } from './tasks.ts';

/** Adds all routes of the service. */
export function addRoutes(app: HttpServer, ctx: TodoContext): void {
  addTaskRoutes(app, ctx);
  addQuickAddRoutes(app, ctx);
  addTaskActionRoutes(app, ctx);
  addTaskHistoryRoutes(app, ctx);
  addListAndLabelRoutes(app, ctx);
  addSyncRoutes(app, ctx);
  addCalendarFeedRoutes(app, ctx);
  addCalendarImportRoutes(app, ctx);
}
