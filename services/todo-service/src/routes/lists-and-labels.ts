import type { HttpServer } from '@rondo/shared/http/http-server';
import type { TodoContext } from '../context.ts';
import { listLabels, listLists, NamesWithCounts } from '../queries/list-names.ts';
import { queryFailures } from './schema-parts.ts';

const response = { 200: NamesWithCounts, ...queryFailures };
const schemas = {
  lists: { tags: ['tasks'], summary: 'List the lists in use', response },
  labels: { tags: ['tasks'], summary: 'List the labels in use', response },
};

/** Adds the routes of lists and labels. */
export function addListAndLabelRoutes(app: HttpServer, ctx: TodoContext): void {
  app.get('/api/v1/lists', { schema: schemas.lists }, ({ identity }) =>
    listLists(ctx, identity.workspace_id),
  );
  app.get('/api/v1/labels', { schema: schemas.labels }, ({ identity }) =>
    listLabels(ctx, identity.workspace_id),
  );
}
