import type { HttpServer } from '@rondo/shared/http/http-server';
import type { TodoContext } from '../context.ts';
import { addAppPasswordRoutes } from '../caldav/routes/app-passwords.ts';
import { addDavRoutes } from '../caldav/routes/dav.ts';
import { addActivityRoutes } from './activity.ts';
import { addCalendarFeedRoutes } from './calendar-feed.ts';
import { addCalendarImportRoutes } from './calendar-import.ts';
import { addExportRoutes } from './export.ts';
import { addFilterRoutes } from './filters.ts';
import { addFileImportRoutes } from './import-file.ts';
import { createImportTurns } from './import-turns.ts';
import { addImportRoutes } from './imports.ts';
import { addListAndLabelRoutes } from './lists-and-labels.ts';
import { addQuickAddRoutes } from './quick-add.ts';
import { addSyncRoutes } from './sync.ts';
import { addTaskActionRoutes } from './task-actions.ts';
import { addTaskHistoryRoutes } from './task-history.ts';
import { resolveTaskReferences } from './task-references.ts';
import { addTaskRoutes } from './tasks.ts';
import { addTrashRoutes } from './trash.ts';
import { addUndoRoutes } from './undo.ts';

/** Adds all routes of the service. */
export function addRoutes(app: HttpServer, ctx: TodoContext): void {
  resolveTaskReferences(app, ctx);
  addTaskRoutes(app, ctx);
  addQuickAddRoutes(app, ctx);
  addTaskActionRoutes(app, ctx);
  addTaskHistoryRoutes(app, ctx);
  addTrashRoutes(app, ctx);
  addActivityRoutes(app, ctx);
  addUndoRoutes(app, ctx);
  addListAndLabelRoutes(app, ctx);
  addFilterRoutes(app, ctx);
  addExportRoutes(app, ctx);
  addSyncRoutes(app, ctx);
  addCalendarFeedRoutes(app, ctx);
  const takeTurn = createImportTurns();
  addCalendarImportRoutes(app, ctx, takeTurn);
  addFileImportRoutes(app, ctx, takeTurn);
  addImportRoutes(app, ctx);
  addAppPasswordRoutes(app, ctx);
  addDavRoutes(app, ctx);
}
